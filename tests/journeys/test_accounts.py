"""Someone with an account: signs up, makes a token, judges, submits, and finds it all again."""

import re
import secrets
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys import people
from tests.journeys.conftest import WIDTHS, Opener, Stack
from tests.journeys.test_pages import OVERFLOW, faults
from tools.private_site import PrivateSite

pytestmark = pytest.mark.journey


@dataclass(frozen=True)
class Person:
    """Someone who has just signed up, and their page."""

    name: str
    page: Page


@pytest.fixture(params=list(WIDTHS))
def person(open_page: Opener, request: pytest.FixtureRequest) -> Person:
    """Open an account through the form."""
    name = f"ada-{secrets.token_hex(4)}"
    page = open_page("/accounts/signup/", width=request.param)
    page.get_by_label("Email").fill(f"{name}@example.org")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(secrets.token_urlsafe(16))
    page.get_by_role("button", name="Open it").click()
    page.wait_for_url(re.compile(r"/me/$"))
    return Person(name, page)


def check(page: Page) -> None:
    assert page.evaluate(OVERFLOW) <= 0
    assert faults(page) == []


class TestToken:
    def test_is_shown_once_and_opens_the_api(self, person: Person, site: PrivateSite) -> None:
        page = person.page
        page.get_by_label("Name of a new token").fill("laptop")
        page.get_by_role("button", name="Make a token").click()
        secret = page.get_by_label("The token").input_value()
        check(page)

        answer = httpx.get(
            f"{site.url}/api/v1/votes", headers={"Authorization": f"Bearer {secret}"}, timeout=30
        )
        page.goto("/me/")

        assert answer.status_code == 200
        expect(page.get_by_role("rowheader", name="laptop")).to_be_visible()
        assert secret not in page.content()
        page.get_by_role("button", name="Revoke laptop").click()
        expect(page.get_by_text("revoked", exact=True)).to_be_visible()


class TestOwnPage:
    def test_lists_votes_with_their_state_and_submissions(
        self, person: Person, stack: Stack
    ) -> None:
        page = person.page
        people.start_battle(page, "Who sings in the reeds?")
        people.vote_by_key(page, "a")
        people.submit(page, kind="model", locator="models/wren")

        page.goto("/me/")

        expect(page.get_by_role("heading", level=1)).to_have_text(person.name)
        expect(page.locator(".ledger li")).to_have_count(1)
        expect(page.locator(".ledger .tag")).to_have_text(re.compile("counts|not counted"))
        check(page)


class TestSigningOut:
    def test_leaves_nothing_of_the_person_on_the_screen(self, person: Person) -> None:
        page = person.page

        page.get_by_role("button", name="Sign out", exact=True).click()
        page.goto("/me/")

        expect(page.get_by_role("heading", level=1)).to_have_text("This browser")
        assert person.name not in page.content()
