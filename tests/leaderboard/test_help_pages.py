"""Every page of the site leads to its explanation, and every explanation is true to the code."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from typer.main import get_command

from leaderboard.web import help_pages
from p4p.app import app

pytestmark = pytest.mark.django_db
DOCS = Path(settings.BASE_DIR, "docs")


class TestOfPage:
    @pytest.mark.parametrize(
        ("path", "topic"),
        [
            ("/", "read-the-intervals"),
            ("/contenders/heron/", "scoring"),
            ("/nothing", "read-the-intervals"),
        ],
    )
    def test_prefers_the_longest_beginning(self, path: str, topic: str) -> None:
        assert help_pages.of_page(path) == topic

    def test_knows_only_what_can_be_read(self) -> None:
        assert set(help_pages.OF_PAGES.values()) <= set(help_pages.TOPICS)


class TestPages:
    @pytest.mark.parametrize("topic", help_pages.TOPICS)
    def test_lead_only_to_pages(self, client: Client, topic: str) -> None:
        shown = client.get(reverse("help-detail", args=[topic]))

        assert shown.status_code == 200
        assert ".md" not in "".join(re.findall(r'href="[^"]*"', shown.content.decode()))

    @pytest.mark.parametrize("topic", help_pages.TOPICS)
    def test_keep_the_content_security_policy(self, topic: str) -> None:
        page = help_pages.read(topic)

        assert page is not None
        assert "style=" not in page.html

    def test_are_linked_from_every_page(self, client: Client) -> None:
        for name in ("board", "arena", "submission-new", "me", "help-list"):
            assert "How to read this page" in client.get(reverse(name)).content.decode()

    def test_answer_404_for_another_name(self, client: Client) -> None:
        assert client.get("/help/nothing/").status_code == 404


class TestReference:
    def test_describes_every_command(self) -> None:
        commands = get_command(app).commands  # type: ignore[attr-defined]

        described = set(re.findall(r"`p4p (\w+)", (DOCS / "reference" / "cli.md").read_text()))

        assert described == set(commands)


class TestDocsSite:
    def test_builds_without_a_broken_link(self, tmp_path: Path) -> None:
        built = subprocess.run(
            [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

        assert built.returncode == 0, built.stderr
        pages = list(tmp_path.rglob("*.html"))
        assert pages
        loaded = re.compile(r'<(?:script|link|img)[^>]+(?:src|href)="https?://')
        assert [page for page in pages if loaded.search(page.read_text())] == []
