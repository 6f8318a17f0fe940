"""Every page in French: in that language throughout, and still readable for the machine."""

import json
import re
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from evals.models import Contender, Submission
from leaderboard.charting.chart_page import KINDS

pytestmark = pytest.mark.django_db

DRAWN = {"points", "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height"}
NUMERIC = {"value", "min", "max", "colspan", "tabindex", "maxlength", "rows"}
GEOMETRY = re.compile(r"[-+.\dMHhVvLlAaCcZz%em ]*(,[-\d.]+)*[-+.\dMHhVvLlAaCcZz%em ,]*")
MEASURES = {"progress", "meter"}


class Machine(HTMLParser):
    """Reads what browsers compute with, and the scripts' data."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.data: list[str] = []
        self.language = ""
        self._is_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Check the numbers of an element."""
        held = dict(attrs)
        if tag == "html":
            self.language = held.get("lang") or ""
        self._is_data = tag == "script" and held.get("type") == "application/json"
        for name, value in attrs:
            is_number = tag in MEASURES and name in NUMERIC
            if is_number or (name in DRAWN and "viewbox" not in held and tag != "input"):
                self._check(tag, name, value or "", is_number)

    def handle_data(self, data: str) -> None:
        """Keep the data of a script."""
        if self._is_data:
            self.data.append(data)

    def _check(self, tag: str, name: str, value: str, is_number: bool) -> None:
        has_comma = re.search(r"\d,\d", value) and name not in {"points", "d"}
        if has_comma or (is_number and not re.fullmatch(r"-?[\d.]+", value)):
            self.wrong.append(f"<{tag} {name}={value!r}>")
        if "\u202f" in value or "\xa0" in value:
            self.wrong.append(f"<{tag} {name}={value!r}>")


def addresses(stack: list[Contender]) -> list[str]:
    """Return every kind of page that this board has."""
    heron, tutor = (each.slug for each in stack)
    submission = Submission.objects.order_by("pk").first()
    return [
        *(
            reverse(name)
            for name in ("board", "rating-list", "rating-matrix", "pair-list", "queue")
        ),
        *(reverse(name) for name in ("submission-list", "submission-new", "arena", "design", "me")),
        *(reverse(name) for name in ("help-list", "vote-list", "event-list", "export-list")),
        *(reverse(name) for name in ("account_login", "account_signup", "chart-list")),
        *(reverse("chart-detail", args=[kind]) for kind in KINDS if kind != "cost"),
        *(reverse(name, args=[tutor]) for name in ("contender-detail", "sample-list")),
        *(reverse("submission-detail", args=[each.pk]) for each in [submission] if each),
        reverse("rating-history", args=[tutor]),
        f"{reverse('compare')}?c={heron}&c={tutor}",
        f"{reverse('board')}?scores=normalised&layout=flat&cols=cost,memory,weight,terms",
        "/nowhere/",
        "/api/v1/docs",
    ]


def read(page: bytes) -> Machine:
    """Return what the machine finds on a page."""
    machine = Machine()
    machine.feed(page.decode())
    return machine


class TestPages:
    def test_are_french_and_their_numbers_stay_numbers(
        self, french: Client, stack: list[Contender]
    ) -> None:
        found = {address: read(french.get(address).content) for address in addresses(stack)}

        assert {address: each.language for address, each in found.items()} == dict.fromkeys(
            found, "fr"
        )
        assert {address: each.wrong for address, each in found.items() if each.wrong} == {}
        assert [json.loads("".join(each.data)) for each in found.values() if each.data]

    def test_write_numbers_as_their_readers_do(
        self, client: Client, french: Client, stack: list[Contender]
    ) -> None:
        address = reverse("contender-detail", args=[stack[1].slug])
        english, told = client.get(address).content.decode(), french.get(address).content.decode()

        assert ("95.8" in english, "95,8" in english) == (True, False)
        assert ("95.8" in told, "95,8" in told) == (False, True)
        assert "1,5\u202fGo" in told

    def test_have_no_sentence_that_stands_on_the_english_page(
        self, client: Client, french: Client, stack: list[Contender]
    ) -> None:
        shared = {
            address: sentences(client.get(address).content) & sentences(french.get(address).content)
            for address in addresses(stack)
            if address != "/api/v1/docs"  # the document of the API is English
        }

        assert {address: each for address, each in shared.items() if each} == {}


APART = {"pre", "code", "script", "textarea"}
VOID = {"input", "br", "img", "meta", "link", "rect", "path", "circle", "wbr"}


class Sentences(HTMLParser):
    """Collects what people read, but code and what says that it is English."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._apart: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter what is apart, and count what stands in it."""
        begins = tag in APART or (tag != "html" and ("lang", "en") in attrs)
        if (begins or self._apart) and tag not in VOID:
            self._apart.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave it."""
        if tag in self._apart:
            del self._apart[len(self._apart) - 1 - self._apart[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        """Keep texts of three words and more, names of ours aside."""
        told = NAMES.sub("", " ".join(data.split()))
        if not self._apart and " " in told and len(re.findall(r"[A-Za-zÀ-ÿ]{2,}", told)) >= 2:
            self.found.add(told)


NAMES = re.compile("Pound for Pound|Heron|Tutor|Benchmark 0")


def sentences(page: bytes) -> set[str]:
    """Return the sentences of a page."""
    reader = Sentences()
    reader.feed(page.decode())
    return reader.found
