"""Submitting: what a good order becomes, and what the same order again becomes."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from pytest_django import Settings

from evals import submissions
from evals.models import Checkpoint, Contender, EvalRun, Submission, Suite
from evals.submissions import Accepted, Order, Refused
from tests.conftest import NOON
from tests.evals import trees
from tests.evals.orders import ADAPTER, API, DIRECTORY, codes

HEX = "0123456789abcdef"


def submit(order: Order, **changes: Any) -> Accepted:
    return submissions.submit(
        order=replace(order, **changes),
        submitter=None,
        submitter_key="ada",
        now=NOON,
    )


def contender(order: Order, **changes: Any) -> Contender:
    return submit(order, **changes).submission.contender


@pytest.mark.django_db
class TestSubmit:
    def test_pins_a_directory_and_queues_its_run(self, root: Path, suite: Suite) -> None:
        accepted = submit(DIRECTORY)

        made = accepted.submission.contender
        assert (made.name, made.slug, made.parameters) == ("Heron", "heron", trees.PARAMETERS)
        assert made.revision.startswith("sha256:")
        assert set(made.revision[7:]) <= set(HEX)
        assert made.config["layers"] == 1
        assert accepted.submission.run.state == EvalRun.State.QUEUED
        assert accepted.submission.run.checkpoints.count() == suite.benchmarks.count()

    def test_trims_blanks(self, root: Path, suite: Suite) -> None:
        assert contender(DIRECTORY, locator="  models/heron \n").locator == "models/heron"

    def test_lets_staff_name_an_absolute_path_inside_a_root(self, root: Path, suite: Suite) -> None:
        staff = get_user_model().objects.create_user("eve", is_staff=True)
        order = replace(DIRECTORY, locator=str(root / "models/heron"))

        accepted = submissions.submit(order=order, submitter=staff, submitter_key="", now=NOON)

        assert accepted.submission.contender.locator == "models/heron"

    def test_finds_a_directory_in_the_first_root_that_has_it(
        self, root: Path, suite: Suite, tmp_path: Path, settings: Settings
    ) -> None:
        trees.write(tmp_path / "more/models/wren", trees.model_files())
        settings.MODEL_ROOT = [root, tmp_path / "more"]

        assert contender(DIRECTORY, locator="models/wren").name == "Wren"

    def test_takes_the_licence_from_the_model_card(self, root: Path, suite: Suite) -> None:
        card = b"---\nlicense: mit\n---\n# Heron\n"
        trees.write(root / "models/heron", {"README.md": card})

        assert contender(DIRECTORY).licence == "mit"

    def test_stacks_adapters_by_concatenation(self, root: Path, suite: Suite) -> None:
        trees.write(root / "adapters/sums", trees.adapter_files(rank=2, shapes=trees.lora(2)))
        heron = contender(DIRECTORY)
        instruct = contender(ADAPTER)

        sums = contender(ADAPTER, locator="adapters/sums", parent_slug=instruct.slug)

        assert (sums.name, sums.slug) == ("Heron + instruct + sums", "heron-instruct-sums")
        assert (sums.base, sums.parent, sums.depth, sums.rank) == (heron, instruct, 2, 2)
        assert sums.serving == Contender.Serving.CONCATENATED
        assert sums.config["alpha"] == 4

    def test_does_not_repeat_the_base_in_the_name(self, root: Path, suite: Suite) -> None:
        trees.write(root / "adapters/heron-sums", trees.adapter_files())
        submit(DIRECTORY)

        assert contender(ADAPTER, locator="adapters/heron-sums").name == "Heron + sums"

    def test_warns_of_another_declared_base_and_of_zero_weights(
        self, root: Path, suite: Suite
    ) -> None:
        files = trees.adapter_files(base_model_name_or_path="models/crow", fill=b"\0")
        trees.write(root / "adapters/odd", files)
        submit(DIRECTORY)

        accepted = submit(ADAPTER, locator="adapters/odd")

        assert accepted.is_new
        assert ["crow" in each or "zero" in each for each in accepted.warnings] == [True, True]

    def test_warns_of_a_missing_chat_template(self, root: Path, suite: Suite) -> None:
        (root / "models/heron/chat_template.jinja").unlink()

        accepted = submit(DIRECTORY)

        assert "chat template" in accepted.warnings[0]
        assert accepted.submission.contender.config["has_chat_template"] is False

    def test_accepts_a_baseline_on_an_allowed_host(self, suite: Suite, settings: Settings) -> None:
        settings.BASELINE_HOSTS_ALLOWED = ["api.example.com"]

        made = contender(API, locator="https://API.example.com:443/v1/")

        assert made.locator == "https://api.example.com/v1"
        assert (made.serving, made.name) == (Contender.Serving.API, "big-one")

    def test_says_when_no_suite_is_loaded(self, root: Path) -> None:
        with pytest.raises(Refused) as refused:
            submit(DIRECTORY)

        assert (refused.value.status, codes(refused.value)) == (503, {"SUITE_MISSING"})


MERGED: dict[str, dict[str, bytes]] = {
    "lm_head": trees.adapter_files(
        shapes=trees.lora() | trees.lora(module=trees.HEAD, outer=trees.VOCABULARY)
    ),
    "whole modules": trees.adapter_files(modules_to_save=["lm_head"]),
    "DoRA": trees.adapter_files(use_dora=True),
    "other tensors": trees.adapter_files(
        shapes=trees.lora() | {f"{trees.Q}.lora_magnitude_vector": (8,)}
    ),
    "ranks by module": trees.adapter_files(rank_pattern={"up_proj": 2}),
    "biases": trees.adapter_files(bias="lora_only"),
    "a start that moves the base": trees.adapter_files(init_lora_weights="pissa_niter_4"),
}


@pytest.mark.django_db
class TestServing:
    @pytest.mark.parametrize("files", MERGED.values(), ids=MERGED)
    def test_is_merged_where_concatenation_cannot_say_it(
        self, root: Path, suite: Suite, files: dict[str, bytes]
    ) -> None:
        trees.write(root / "adapters/other", files)
        submit(DIRECTORY)

        made = contender(ADAPTER, locator="adapters/other")

        assert made.serving == Contender.Serving.MERGED
        assert made.config["merge_reason"]

    def test_is_merged_above_a_merged_layer(self, root: Path, suite: Suite) -> None:
        trees.write(root / "adapters/dora", trees.adapter_files(use_dora=True))
        submit(DIRECTORY)
        beneath = contender(ADAPTER, locator="adapters/dora")

        above = contender(ADAPTER, parent_slug=beneath.slug)

        assert above.serving == Contender.Serving.MERGED

    def test_fits_a_head_that_is_tied_to_the_embedding(self, root: Path, suite: Suite) -> None:
        tied = {name: shape for name, shape in trees.MODEL.items() if name != "lm_head.weight"}
        head = trees.lora(module=trees.HEAD, outer=trees.VOCABULARY)
        trees.write(root / "models/heron", {"model.safetensors": trees.weights(tied)})
        trees.write(root / "adapters/head", trees.adapter_files(shapes=head))
        submit(DIRECTORY)

        assert contender(ADAPTER, locator="adapters/head").serving == Contender.Serving.MERGED


@pytest.mark.django_db
class TestSubmitAgain:
    def test_returns_the_submission_that_stands(self, root: Path, suite: Suite) -> None:
        first, again = submit(DIRECTORY), submit(DIRECTORY, name="Another name")

        assert (first.is_new, again.is_new) == (True, False)
        assert again.submission == first.submission
        assert EvalRun.objects.count() == 1

    def test_makes_a_new_contender_of_new_content(self, root: Path, suite: Suite) -> None:
        first = contender(DIRECTORY)
        trees.write(root / "models/heron", trees.model_files(rope_theta=1))

        second = contender(DIRECTORY)

        assert second.revision != first.revision
        assert (second.name, second.slug) != (first.name, first.slug)
        assert second.name.startswith("Heron (")

    def test_does_not_count_hidden_files_and_texts_for_people(
        self, root: Path, suite: Suite
    ) -> None:
        first = submit(DIRECTORY)
        trees.write(root / "models/heron", {".cache/lock": b"1", ".gitattributes": b"2"})
        trees.write(root / "models/heron", {"README.md": b"# Heron, in other words"})

        assert submit(DIRECTORY).submission == first.submission

    def test_runs_again_after_a_failure(self, root: Path, suite: Suite) -> None:
        first = submit(DIRECTORY).submission
        EvalRun.objects.filter(pk=first.run_id).update(
            state=EvalRun.State.FAILED, error_code="X", finished_at=NOON
        )

        again = submit(DIRECTORY)

        assert again.is_new
        assert again.submission.contender == first.contender
        assert again.submission.run != first.run

    def test_counts_towards_no_limit(self, root: Path, suite: Suite, settings: Settings) -> None:
        settings.SUBMISSIONS_PER_DAY = 1

        assert [submit(DIRECTORY).is_new for _ in range(3)] == [True, False, False]

    def test_is_free_again_after_a_day(self, root: Path, suite: Suite, settings: Settings) -> None:
        settings.SUBMISSIONS_PER_DAY = 1
        submit(DIRECTORY)

        later = submissions.submit(
            order=ADAPTER,
            submitter=None,
            submitter_key="ada",
            now=NOON + timedelta(days=1, seconds=1),
        )

        assert later.is_new


@pytest.mark.django_db(transaction=True)
class TestSubmitAtOnce:
    @pytest.mark.parametrize("people", [20])
    def test_makes_one_contender_and_one_run(self, root: Path, suite: Suite, people: int) -> None:
        accepted = at_once(people, lambda: submit(DIRECTORY))

        assert sorted(each.is_new for each in accepted) == [False] * (people - 1) + [True]
        assert (Contender.objects.count(), EvalRun.objects.count()) == (1, 1)
        assert Submission.objects.count() == 1
        assert Checkpoint.objects.count() == suite.benchmarks.count()

    def test_gives_different_contenders_of_one_name_their_own_slugs(
        self, root: Path, suite: Suite
    ) -> None:
        numbers = iter(range(8))
        for number in range(8):
            trees.write(root / f"{number}/heron", trees.model_files(rope_theta=number + 1))

        accepted = at_once(8, lambda: submit(DIRECTORY, locator=f"{next(numbers)}/heron"))

        assert len({each.submission.contender.slug for each in accepted}) == 8


def at_once(people: int, act: Callable[[], Accepted]) -> list[Accepted]:
    """Return what everybody got who acted at the same moment."""
    barrier = threading.Barrier(people)
    accepted: list[Accepted] = []

    def person() -> None:
        try:
            barrier.wait()
            accepted.append(act())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=person) for _ in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return accepted
