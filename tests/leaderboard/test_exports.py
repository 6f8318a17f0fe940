"""The view as a file: the same lines, the same order, safe to open in a spreadsheet."""

import csv
import io
import json
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import AsyncClient
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from evals.models import Suite
from leaderboard.boards import board, exports
from leaderboard.boards.viewing import View
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def suite() -> Suite:
    """Return a suite that two contenders were measured on, and one was not."""
    suite = factories.suite("zoo", benchmarks=1)
    for name, value in (("Wren", 0.4), ('=HYPERLINK("x")', 0.8)):
        run = factories.run(factories.model(name, slug=name[:1].strip("=") or "odd"), suite)
        factories.score(run, suite.benchmarks.get(), value)
    factories.model("Absent", slug="absent")
    return suite


def written(suite: Suite, kind: str, view: View | None = None) -> bytes:
    """Return a whole file."""
    return b"".join(exports.KINDS[kind].write(board.read(suite=suite), view or View()))


def lines(suite: Suite, view: View | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(suite, "csv", view).decode())))


class TestCsv:
    def test_has_the_lines_in_their_order_with_errors(self, suite: Suite) -> None:
        found = lines(suite)

        assert [each["slug"] for each in found] == ["odd", "W", "absent"]
        assert (found[1]["place"], found[1]["score.benchmark-0"]) == ("2", "0.4")
        assert found[1]["score.benchmark-0_stderr"] == "0.03"

    def test_leaves_missing_values_empty(self, suite: Suite) -> None:
        assert lines(suite)[2]["average"] == ""

    def test_runs_nothing_in_a_spreadsheet(self, suite: Suite) -> None:
        assert lines(suite)[0]["name"] == '\'=HYPERLINK("x")'

    def test_has_the_columns_and_the_rows_of_the_view(self, suite: Suite) -> None:
        (found,) = lines(suite, View(search="wren", columns=("memory", "terms")))

        assert list(found)[-2:] == ["memory", "terms"]
        assert found["memory"] == "3000000000"

    @given(st.text(min_size=1))
    def test_never_begins_a_text_as_a_formula(self, text: str) -> None:
        assert exports.safe(text)[0] not in "=+-@\t\r\n"


class TestJson:
    def test_says_which_view_it_is(self, suite: Suite) -> None:
        body: dict[str, Any] = json.loads(written(suite, "json", View(sort="cost", search="wren")))

        assert (body["suite"], body["view"]) == ("zoo", {"sort": "cost", "q": "wren"})
        assert [row["average"] for row in body["rows"]] == [pytest.approx(20.0)]

    def test_is_valid_when_nothing_is_found(self, suite: Suite) -> None:
        assert json.loads(written(suite, "json", View(search="nobody")))["rows"] == []


class TestParquet:
    def test_can_be_read_back_whatever_was_sent_in_pieces(
        self, suite: Suite, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(exports, "PIECE_LINES", 1)

        table = pq.read_table(io.BytesIO(written(suite, "parquet")))

        assert table.column("slug").to_pylist() == ["odd", "W", "absent"]
        assert table.column("average").to_pylist()[2] is None
        assert table.column("name").to_pylist()[0] == '=HYPERLINK("x")'


@pytest.mark.django_db(transaction=True)
class TestExport:
    async def test_streams_a_download(self, async_client: AsyncClient) -> None:
        answer = await async_client.get(reverse("board-export", args=["csv"]))

        text = b"".join([piece async for piece in answer])  # type: ignore[attr-defined]
        assert text.startswith(b"place,slug,name")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="board-empty.csv"'

    async def test_knows_three_kinds(self, async_client: AsyncClient) -> None:
        assert (await async_client.get("/board.xls")).status_code == 404
