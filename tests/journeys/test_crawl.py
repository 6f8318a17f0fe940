"""Every page as nobody, as a person and as staff, in Chromium: the policy forbids nothing they do.

The crawl begins with every address of the permission matrix and follows the links that it finds.
No violation of the content security policy, no complaint in the console, no request to another
host, no page that fails.
"""

import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.conf import settings as site_settings
from django.test import Client
from playwright.sync_api import Browser, Page

from accounts.models import User
from arena import ratings, sharing
from evals.models import Submission
from tests import factories
from tests.conftest import NOON
from tests.fault.processes import Place, Web, web
from tests.journeys.conftest import Watched
from tests.security.matrix import BATTLE, ROWS, SUBMISSION, VOTED
from tests.tree import ROOT

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PAGES_MAX = 100  # of one visitor
FILES = (".csv", ".json", ".jsonl", ".parquet", ".atom", ".svg", ".yaml", "/stream/", "/stream")
LEFT_OUT = ("/static/", "/accounts/logout", "/admin/logout", "/admin/jsi18n", "/metrics", "/readyz")
LISTEN = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(
  `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


@pytest.fixture
def filled() -> User:
    """Make something for every page to show; return who owns it."""
    ada = User.objects.create_user("ada", "ada@example.org", "heavy-bantam-sparrow")
    User.objects.create_superuser("eve")
    suite = factories.suite("tiny")
    heron, wren = factories.model("Heron", slug="heron"), factories.model("Wren", slug="wren")
    layer = factories.adapter("Layer", parent=heron, slug="layer")
    for each in (heron, wren, layer):
        run = factories.run(each, suite)
        for benchmark in suite.benchmarks.order_by("pk"):
            factories.score(run, benchmark)
    fields = {"submitter": ada, "submitter_key": f"user-{ada.pk}"}
    Submission.objects.create(pk=SUBMISSION, contender=heron, run=run, created_at=NOON, **fields)
    key = f"user-{ada.pk}"
    factories.battle(heron, wren, pk=BATTLE, voter=key)
    voted = factories.battle(heron, layer, pk=VOTED, voter=key)
    factories.vote(voted)
    for _ in range(4):
        factories.vote(factories.battle(heron, wren))
    ratings.refresh(now=NOON)
    voted.refresh_from_db()
    sharing.share(battle=voted, voter=key, now=NOON)
    return ada


@pytest.fixture
def running(filled: User, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """Serve those rows, with static files as production has them."""
    place = Place(tmp_path_factory.mktemp("crawl"), environment={"DEFAULT_SUITE": "tiny"})
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"]
    subprocess.run(command, cwd=ROOT, env=place.variables(), check=True)
    with web(place, workers=1) as started:
        yield started


def first_paths() -> list[str]:
    """Return every address that the matrix reads, but files."""
    rows = [row for rows in ROWS.values() for row in rows if row[0] == "GET"]
    return [path for _, path, _ in rows if _is_page(path)] + ["/admin/", "/accounts/signup/"]


def _is_page(path: str) -> bool:
    plain = urlsplit(path).path
    return not plain.endswith(FILES) and not plain.startswith(LEFT_OUT)


def links(page: Page, site: str) -> list[str]:
    """Return the pages of this site that a page leads to, one for each shape of address."""
    found = page.eval_on_selector_all("a[href]", "all => all.map((each) => each.href)")
    here = [urldefrag(urljoin(page.url, each)).url for each in found]
    paths = [each.removeprefix(site) for each in here if each.startswith(f"{site}/")]
    return [path for path in paths if _is_page(path)]


def crawl(page: Page, site: str, watch: Watched) -> tuple[list[str], list[str]]:
    """Visit page after page; return the addresses, and what was wrong on them."""
    waiting, seen, wrong = first_paths(), set[str](), []
    while waiting and len(seen) < PAGES_MAX:
        path = waiting.pop(0)
        shape = urlsplit(path).path if path.count("=") > 1 else path
        if shape in seen:
            continue
        seen.add(shape)
        answer = page.goto(f"{site}{path}", wait_until="load")
        status = answer.status if answer else 0
        page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
        page.wait_for_timeout(80)  # what scripts do once the page is there
        wrong += [f"{path}: {each}" for each in page.evaluate("window.violations")]
        wrong += [f"{path}: status {status}"] if status >= 500 and status != 503 else []
        waiting += links(page, site)
    # A page of JSON names no icon, so the browser looks for one by itself.
    complaints = [each for each in watch.complaints if "/favicon.ico'" not in each]
    return sorted(seen), wrong + complaints + watch.strangers


def visitor(browser: Browser, site: str, username: str) -> tuple[Page, Watched]:
    """Open a browser, signed in as somebody or as nobody, that notices everything."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(LISTEN)
    if username:
        client = Client()
        client.force_login(User.objects.get(username=username))
        name = site_settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
    page = context.new_page()
    page.set_default_timeout(15_000)
    watch = Watched(page, site)
    page.on("console", watch.hear)
    page.on("pageerror", lambda error: watch.complaints.append(f"{page.url}: {error}"))
    page.on("request", watch.see)
    return page, watch


class TestCrawl:
    def test_meets_no_violation_no_complaint_and_no_other_host(
        self, browser: Browser, running: Web
    ) -> None:
        found: list[str] = []
        for username in ("", "ada", "eve"):
            page, watch = visitor(browser, running.url, username)

            seen, wrong = crawl(page, running.url, watch)
            page.context.close()

            found += [f"{username or 'nobody'}: {each}" for each in wrong]
            assert len(seen) > 40, seen
        assert found == [], "\n".join(sorted(set(found)))
