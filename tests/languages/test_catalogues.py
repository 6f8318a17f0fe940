"""Every text has a translation in every language, whole, fresh, and with the same variables."""

import re

import pytest
from babel.messages.catalog import Catalog, Message

from tools import messages

LANGUAGES = messages.languages()
PLACE = re.compile(r"%\(\w+\)s|\[\w+\]|\{\w+\}|%%")
TAG = re.compile(r"</?[a-z]+[^>]*>")


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """Return one language after the other."""
    return str(request.param)


@pytest.fixture(scope="module")
def catalogue(language: str) -> Catalog:
    """Return what has been translated."""
    return messages.read(language)


def forms(message: Message) -> list[tuple[str, str]]:
    """Return each form of a message with the English that it stands for."""
    if not isinstance(message.id, tuple | list):
        return [(message.id, str(message.string))]
    told = list(message.string or ())
    return [(message.id[0], told[0]), *((message.id[1], each) for each in told[1:])]


class TestCatalogue:
    def test_holds_exactly_the_texts_in_use(self, language: str, catalogue: Catalog) -> None:
        known = {(each.id, each.context) for each in catalogue if each.id}
        used = {(each.id, each.context) for each in messages.updated(language) if each.id}

        assert (known - used, used - known) == (set(), set()), "run python -m tools.messages"

    def test_translates_every_text_in_every_form(self, catalogue: Catalog) -> None:
        assert [each.id for each in messages.untranslated(catalogue)] == []

    def test_leaves_nothing_to_a_guess(self, catalogue: Catalog) -> None:
        assert [each.id for each in catalogue if each.fuzzy] == []

    def test_has_as_many_forms_as_the_language(self, catalogue: Catalog) -> None:
        counted = [each for each in catalogue if isinstance(each.id, tuple)]

        assert counted
        assert {len(each.string or ()) for each in counted} == {catalogue.num_plurals}

    @pytest.mark.parametrize("pattern", [PLACE, TAG], ids=["variables", "tags"])
    def test_keeps_what_is_filled_in(self, catalogue: Catalog, pattern: re.Pattern[str]) -> None:
        differing = [
            (english, told)
            for message in catalogue
            if message.id
            for english, told in forms(message)
            if sorted(pattern.findall(english)) != sorted(pattern.findall(told))
        ]

        assert differing == []

    def test_is_compiled_as_it_stands(self, language: str, catalogue: Catalog) -> None:
        compiled = (messages.folder(language) / "django.mo").read_bytes()

        assert compiled == messages.compiled(catalogue), "run python -m tools.messages"
