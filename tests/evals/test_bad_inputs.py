"""What must not be submitted: one row a kind, with the status and the code that answer it.

Whatever is refused leaves no row behind. Ids are those of the catalogue of bad inputs.
"""

import socket
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.models import User
from evals import submissions
from evals.models import Suite
from evals.submissions import Order, Refused
from tests.conftest import NOON
from tests.evals import trees
from tests.evals.orders import ADAPTER, API, DIRECTORY, HUB, codes, refused

pytestmark = pytest.mark.django_db

FORMS: dict[str, tuple[Order, int, str]] = {
    "B01 empty": (replace(HUB, locator=""), 400, "REQUIRED"),
    "B01 blank": (replace(HUB, locator="   "), 400, "REQUIRED"),
    "B03 dots in a repository": (replace(HUB, locator="../../etc/passwd"), 400, "BAD_REPO_ID"),
    "B03 dots in a path": (replace(DIRECTORY, locator="../../etc/passwd"), 400, "BAD_PATH"),
    "B03 dots inside": (replace(DIRECTORY, locator="models/../../x"), 400, "BAD_PATH"),
    "B03 backslashes": (replace(DIRECTORY, locator="..\\..\\x"), 400, "BAD_PATH"),
    "B04 local path": (replace(HUB, locator="/etc/passwd"), 403, "LOCAL_PATH_FORBIDDEN"),
    "B04 local directory": (replace(DIRECTORY, locator="/etc"), 403, "LOCAL_PATH_FORBIDDEN"),
    "B04 home": (replace(DIRECTORY, locator="~root/x"), 403, "LOCAL_PATH_FORBIDDEN"),
    "B04 drive": (replace(DIRECTORY, locator="C:\\models"), 403, "LOCAL_PATH_FORBIDDEN"),
    "B04 file url": (replace(HUB, locator="file:///etc"), 403, "LOCAL_PATH_FORBIDDEN"),
    "B07 three parts": (replace(HUB, locator="a/b/c"), 400, "BAD_REPO_ID"),
    "B08 long": (replace(HUB, locator="a" * 10_000), 400, "TOO_LONG"),
    "B08 long name": (replace(DIRECTORY, name="a" * 121), 400, "TOO_LONG"),
    "B08 long revision": (replace(HUB, revision="a" * 10_000), 400, "TOO_LONG"),
    "B09 NUL": (replace(HUB, locator="acme/he\0ron"), 400, "CONTROL_CHARACTERS"),
    "B09 newline": (replace(HUB, locator="acme/he\nron"), 400, "CONTROL_CHARACTERS"),
    "B09 CRLF in a name": (replace(DIRECTORY, name="a\r\nb"), 400, "CONTROL_CHARACTERS"),
    "B09 NUL in a description": (replace(HUB, description="\0"), 400, "CONTROL_CHARACTERS"),
    "B09 surrogate": (replace(DIRECTORY, name="\ud800"), 400, "CONTROL_CHARACTERS"),
    "B09 bidi override": (replace(DIRECTORY, name="a\u202eb"), 400, "CONTROL_CHARACTERS"),
    "B11 script": (replace(HUB, locator="<script>alert(1)</script>"), 400, "BAD_REPO_ID"),
    "B11 script as name": (replace(DIRECTORY, name="<script>"), 400, "BAD_NAME"),
    "B12 formula": (replace(HUB, locator='=HYPERLINK("x")'), 400, "BAD_REPO_ID"),
    "B12 formula as name": (replace(DIRECTORY, name="=1+1"), 400, "BAD_NAME"),
    "B12 wide formula as name": (replace(DIRECTORY, name="＝1+1"), 400, "BAD_NAME"),  # noqa: RUF001
    "B13 option": (replace(HUB, locator="--trust_remote_code"), 400, "BAD_REPO_ID"),
    "B13 option as path": (replace(DIRECTORY, locator="--x"), 400, "BAD_PATH"),
    "B13 argument": (replace(HUB, locator="x,trust_remote_code=True"), 400, "BAD_REPO_ID"),
    "B13 option as revision": (replace(HUB, revision="--x"), 400, "BAD_REVISION"),
    "B13 option as model": (replace(API, api_model="--x"), 400, "BAD_API_MODEL"),
    "B16 dots in a revision": (replace(HUB, revision="a/../b"), 400, "BAD_REVISION"),
    "B23 dataset": (replace(HUB, locator="datasets/acme/x"), 400, "BAD_REPO_ID"),
    "B38 archive": (replace(DIRECTORY, locator="models/heron.zip"), 400, "NOT_FOUND"),
    "B39 no parent": (replace(ADAPTER, parent_slug=""), 400, "PARENT_REQUIRED"),
    "B39 unknown parent": (replace(ADAPTER, parent_slug="nobody"), 400, "PARENT_UNKNOWN"),
    "B39 parent of a model": (replace(DIRECTORY, parent_slug="heron"), 400, "PARENT_FORBIDDEN"),
    "kind": (replace(HUB, kind="WHALE"), 400, "BAD_KIND"),
    "source": (replace(HUB, source="FTP"), 400, "BAD_SOURCE"),
    "model over an API": (replace(API, kind="MODEL"), 400, "BAD_SOURCE"),
    "baseline from a directory": (replace(DIRECTORY, kind="BASELINE"), 400, "BAD_SOURCE"),
    "cost below 0": (replace(HUB, training_cost_usd=Decimal(-1)), 400, "OUT_OF_RANGE"),
    "cost NaN": (replace(HUB, training_cost_usd=Decimal("NaN")), 400, "OUT_OF_RANGE"),
    "price infinite": (
        replace(API, price_usd_per_million_tokens=Decimal("Infinity")), 400, "OUT_OF_RANGE",
    ),
    "cost too large": (replace(HUB, training_cost_usd=Decimal("1e30")), 400, "OUT_OF_RANGE"),
    "evidence": (replace(HUB, cost_evidence="HEARSAY"), 400, "BAD_CHOICE"),
    "B59 file": (replace(API, locator="file:///etc/passwd"), 400, "BAD_URL"),
    "B59 gopher": (replace(API, locator="gopher://example.com/"), 400, "BAD_URL"),
    "B59 ftp": (replace(API, locator="ftp://example.com/"), 400, "BAD_URL"),
    "B59 unix": (replace(API, locator="unix:/run/x.sock"), 400, "BAD_URL"),
    "B60 password": (replace(API, locator="http://u:p@example.com/v1"), 400, "URL_HAS_PASSWORD"),
    "B61 redis": (replace(API, locator="http://example.com:6379/v1"), 400, "BAD_PORT"),
    "B61 postgres": (replace(API, locator="http://example.com:5432/v1"), 400, "BAD_PORT"),
    "B61 ssh": (replace(API, locator="http://example.com:22/v1"), 400, "BAD_PORT"),
    "B61 no port": (replace(API, locator="http://example.com:99999/v1"), 400, "BAD_PORT"),
    "url with a query": (replace(API, locator="https://example.com/v1?x=1"), 400, "BAD_URL"),
    "url with brackets": (replace(API, locator="http://[::1/v1"), 400, "BAD_URL"),
    "url with markup": (replace(API, locator="https://x.com/<b>"), 400, "BAD_URL"),
}  # fmt: skip


class TestForms:
    @pytest.mark.parametrize(("order", "status", "code"), FORMS.values(), ids=FORMS)
    def test_are_refused_with_a_code(
        self, root: Path, suite: Suite, order: Order, status: int, code: str
    ) -> None:
        refusal = refused(order)

        assert (refusal.status, codes(refusal)) == (status, {code})

    def test_name_every_problem_at_once(self, suite: Suite) -> None:
        refusal = refused(replace(HUB, kind="WHALE", name="<b>", revision="-x"))

        assert codes(refusal) == {"BAD_KIND", "BAD_NAME", "BAD_REVISION"}

    @hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.text(max_size=80), st.sampled_from(["locator", "revision", "name", "parent_slug"]))
    def test_of_any_text_never_raise_anything_else(
        self, root: Path, suite: Suite, text: str, field: str
    ) -> None:
        changes: dict[str, Any] = {field: text}

        with suppress(Refused):
            submissions.submit(
                order=replace(DIRECTORY, **changes), submitter=None, submitter_key="a", now=NOON
            )


PRIVATE = [
    "http://169.254.169.254/v1", "http://127.0.0.2/v1", "http://127.1/v1", "http://0x7f000001/v1",
    "http://2130706433/v1", "http://0.0.0.0/v1", "http://[::1]/v1", "http://[::ffff:127.0.0.1]/v1",
    "http://[fe80::1]/v1", "http://10.0.0.1/v1", "http://192.168.0.1/v1", "http://172.16.0.1/v1",
    "http://localhost/v1", "http://LOCALHOST:8000/v1", "http://[::]/v1", "http://100.64.0.1/v1",
    "http://224.0.0.1/v1", "http://[64:ff9b::7f00:1]/v1",
]  # fmt: skip


class TestAddresses:
    @pytest.mark.parametrize("url", PRIVATE)
    def test_of_private_networks_are_refused(
        self, suite: Suite, settings: Settings, url: str
    ) -> None:
        settings.BASELINE_HOSTS_ALLOWED = []

        assert codes(refused(replace(API, locator=url))) <= {"ADDRESS_NOT_PUBLIC", "HOST_UNKNOWN"}

    def test_of_public_names_that_lead_inside_are_refused(
        self, suite: Suite, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.8", 443))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: inside)

        assert codes(refused(API)) == {"ADDRESS_NOT_PUBLIC"}

    def test_whose_key_is_named_and_missing_are_refused(
        self, suite: Suite, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.BASELINE_HOSTS_ALLOWED = ["api.example.com"]
        settings.BASELINE_KEYS = {"api.example.com": "EXAMPLE_KEY"}
        monkeypatch.delenv("EXAMPLE_KEY", raising=False)

        assert codes(refused(API)) == {"KEY_MISSING"}


class TestPermissions:
    @pytest.mark.parametrize(
        ("policy", "who", "code"),
        [
            ("signed-in", "nobody", "SIGN_IN_REQUIRED"),
            ("staff", "nobody", "STAFF_ONLY"),
            ("staff", "ada", "STAFF_ONLY"),
        ],
    )
    @pytest.mark.parametrize("setting", ["SUBMIT_POLICY", "DIRECTORY_POLICY"])
    def test_follow_the_policies(
        self,
        root: Path,
        suite: Suite,
        settings: Settings,
        policy: str,
        who: str,
        code: str,
        setting: str,
    ) -> None:
        setattr(settings, setting, policy)
        ada: User = get_user_model().objects.create_user("ada")

        refusal = refused(DIRECTORY, submitter=ada if who == "ada" else None)

        assert (refusal.status, codes(refusal)) == (403, {code})

    def test_keep_staff_inside_the_roots(self, root: Path, suite: Suite) -> None:
        staff = get_user_model().objects.create_user("eve", is_staff=True)

        refusal = refused(replace(DIRECTORY, locator="/etc"), submitter=staff)

        assert (refusal.status, codes(refusal)) == (400, {"OUTSIDE_MODEL_ROOT"})

    @pytest.mark.parametrize("linked", ["models/away", "models/heron/extra.json"])
    def test_end_at_links_that_leave_the_root(
        self, root: Path, suite: Suite, tmp_path: Path, linked: str
    ) -> None:
        outside = trees.write(tmp_path / "outside", trees.model_files())
        target = outside if linked.endswith("away") else outside / "config.json"
        (root / linked).symlink_to(target)
        locator = "models/away" if linked.endswith("away") else "models/heron"

        refusal = refused(replace(DIRECTORY, locator=locator))

        assert refusal.status == 400
        assert codes(refusal) <= {"OUTSIDE_MODEL_ROOT", "LINK_LEAVES_ROOT"}

    def test_stop_at_the_daily_number(self, root: Path, suite: Suite, settings: Settings) -> None:
        settings.SUBMISSIONS_PER_DAY = 1
        submissions.submit(order=DIRECTORY, submitter=None, submitter_key="ada", now=NOON)

        refusal = refused(ADAPTER)

        assert (refusal.status, codes(refusal)) == (429, {"TOO_MANY_SUBMISSIONS"})
        assert "2026-11-03 12:00" in str(refusal)
