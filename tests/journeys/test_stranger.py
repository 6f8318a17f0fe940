"""The task list of somebody who has never been here, done through the browser alone.

Submit my LoRA; is it better than its base, and at what; which model under 8 GB is best for its
cost; that as CSV; reproduce one score with the command that the page shows.
"""

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import people
from tests.journeys.conftest import Opener, Stack
from tools.install import ROOT

pytestmark = pytest.mark.journey
LORA = ROOT / "zoo" / "adapters" / "endings"
VERDICT = re.compile("better|worse|within noise")
SIGNED = re.compile(r"[▲▼◆]\s*([+\u2212][\d.]+)")


@pytest.fixture(scope="session")
def mine(browser: object, site: object, stack: Stack) -> dict[str, str]:
    """Remember between the tasks what came of the first."""
    return {}


def number(text: str) -> float:
    found = re.search(r"[+\u2212]?\d[\d.]*", text.replace(",", ""))
    assert found, text
    return float(found[0].replace("\u2212", "-"))


class TestStranger:
    def test_submits_a_lora_from_this_computer(
        self, open_page: Opener, stack: Stack, mine: dict[str, str]
    ) -> None:
        page = open_page("/")
        page.get_by_role("link", name="Submit", exact=True).click()
        page.get_by_role("link", name=re.compile("^Adapter")).click()
        page.get_by_label("Stands on").select_option(stack.base)
        page.get_by_label("Where it is").select_option("UPLOAD")
        page.get_by_label("Files").set_input_files(
            [LORA / "adapter_config.json", LORA / "adapter_model.safetensors"]
        )
        page.get_by_text("About it").click()
        page.get_by_label("Name on the board").fill("My endings")
        page.get_by_role("button", name="Submit adapter").click()
        page.wait_for_url(re.compile(r"/submissions/[0-9a-f-]{36}/$"))

        mine["slug"] = people.wait_for_score(page)

        page.get_by_role("link", name="See the result").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("My endings")

    def test_reads_whether_it_is_better_than_its_base_and_at_what(
        self, open_page: Opener, mine: dict[str, str]
    ) -> None:
        page = open_page(f"/contenders/{mine['slug']}/")
        told = page.get_by_role("region", name="What this layer broke, and what it mended")
        expect(told).to_contain_text("Endings")

        page.get_by_role("link", name=re.compile("^Compare with")).first.click()

        lines = page.locator(".versus").first.locator("tbody tr")
        verdicts = {line.locator("th").inner_text(): line.inner_text() for line in lines.all()}
        tested = {name: told for name, told in verdicts.items() if SIGNED.search(told)}
        assert len(tested) >= 5
        assert any("Endings" in name for name in tested)
        assert all(VERDICT.search(told) for told in tested.values())

    def test_finds_the_best_under_8_gb_for_its_cost_and_takes_the_list_as_csv(
        self, open_page: Opener, stack: Stack, tmp_path: Path
    ) -> None:
        page = open_page("/")
        page.get_by_role("link", name="Flat", exact=True).click()
        page.wait_for_url(re.compile("layout=flat"))
        page.get_by_text("Filters").first.click()
        page.get_by_label("Fits in").select_option("8")
        page.wait_for_url(re.compile("fits=8"))
        page.get_by_text("Columns").first.click()
        page.locator("input[name=cols][value=cost_per_point]").check()
        page.wait_for_url(re.compile("cols="))
        page.get_by_label("Sort by").select_option("cost_per_point")
        page.wait_for_url(re.compile("sort=cost_per_point"))

        with page.expect_download() as waited:
            page.get_by_role("link", name="CSV").click()
        waited.value.save_as(tmp_path / "board.csv")

        rows = list(csv.DictReader((tmp_path / "board.csv").open(encoding="utf-8")))
        costs = [float(row["cost_per_point"]) for row in rows if row["cost_per_point"]]
        assert len(rows) >= 3
        assert costs == sorted(costs)
        assert all(float(row["memory"] or 0) <= 8e9 for row in rows if "memory" in row)
        expect(page.locator("#board tbody th a").first).to_have_text(rows[0]["name"])

    def test_reproduces_one_score_with_the_command_of_the_page(
        self, open_page: Opener, stack: Stack, tmp_path: Path
    ) -> None:
        page = open_page(f"/contenders/{stack.base}/")
        shown = score_of(page, "Facts")
        page.goto(stack.submissions[0])
        commands = page.locator("pre.command").all_inner_texts()
        command = next(each for each in commands if "zoo_facts" in each)

        measured = run(command, tmp_path)["zoo_facts"]["acc,none"]

        assert abs(100 * measured - shown[0]) <= max(shown[1], 0.05)


def score_of(page: Page, benchmark: str) -> tuple[float, float]:
    """Return a score of a contender's page with its standard error."""
    name = page.get_by_role("rowheader", name=re.compile(f"^{benchmark}"))
    line = page.locator(".tale tbody tr").filter(has=name)
    value, error = line.locator(".value").first, line.locator("small").first
    return number(value.inner_text()), number(error.inner_text())


def run(command: str, folder: Path) -> dict[str, dict[str, float]]:
    """Run lm-eval as the page says, from a folder where the project's zoo lies."""
    (folder / "zoo").symlink_to(ROOT / "zoo")
    program = shutil.which("lm_eval", path=Path(sys.executable).parent)
    assert program
    subprocess.run(
        [program, *shlex.split(command)[1:]],
        cwd=folder,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""},
        check=True,
        timeout=600,
        capture_output=True,
    )
    (results,) = folder.glob("results/**/results_*.json")
    told: dict[str, dict[str, float]] = json.loads(results.read_text())["results"]
    return told
