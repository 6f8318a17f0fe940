"""Rows for the web benchmark: boards of any size with scores, ratings, battles and votes.

The values are drawn with a fixed seed. They stand in for nothing: only the time counts.
"""

import random
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from django.db import models

from arena.models import Battle, Rating, RatingSnapshot, Vote
from evals.models import Benchmark, Checkpoint, Contender, EvalRun, Score, Suite

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
BATCH = 2_000
FAMILY = 5  # contenders of one base: itself and its layers
LICENCES = ("apache-2.0", "mit", "llama3.1", "cc-by-nc-4.0", "")
Row = TypeVar("Row", bound=models.Model)


def fill(*, contenders: int, benchmarks: int, votes: int) -> Suite:
    """Write a whole board and return its suite."""
    chance = random.Random(20261125)
    suite = _suite(benchmarks)
    people = _contenders(contenders, chance)
    _scores(people, suite, chance)
    _ratings(people, votes, chance)
    _votes(people, votes, chance)
    return suite


def _suite(benchmarks: int) -> Suite:
    suite = Suite.objects.create(key="zoo", title="Large", fingerprint="f" * 64)
    Benchmark.objects.bulk_create(
        Benchmark(
            suite=suite,
            key=f"benchmark-{at}",
            title=f"Bench {at}",
            position=at,
            task=f"task_{at}",
            output_type=Benchmark.OutputType.MULTIPLE_CHOICE,
            metric="acc",
            chance_level=0.25,
        )
        for at in range(benchmarks)
    )
    return suite


def _contenders(count: int, chance: random.Random) -> list[Contender]:
    bases = [_contender(at, chance) for at in range(0, count, FAMILY)]
    _written(Contender, bases)
    layers = [_layer(at, bases[at // FAMILY], chance) for at in range(count) if at % FAMILY]
    _written(Contender, layers)
    return [*bases, *layers]


def _contender(at: int, chance: random.Random) -> Contender:
    return Contender(
        slug=f"contender-{at:05}",
        name=f"Contender {at:05}",
        kind=Contender.Kind.MODEL,
        source=Contender.Source.DIRECTORY,
        locator=f"models/{at}",
        revision=f"{at:040x}",
        serving=Contender.Serving.MODEL,
        parameters=int(10 ** chance.uniform(6, 10)),
        weight_bytes=int(10 ** chance.uniform(6, 10)),
        config={"dtype": chance.choice(["bfloat16", "float16"])},
        licence=chance.choice(LICENCES),
        released_at=date(2026, 1, 1) + timedelta(days=chance.randrange(300)),
        training_cost_usd=Decimal(chance.randrange(1, 100_000)) / 100,
        cost_evidence=Contender.CostEvidence.DECLARED,
        created_at=NOON,
    )


def _layer(at: int, base: Contender, chance: random.Random) -> Contender:
    layer = _contender(at, chance)
    layer.kind, layer.serving = Contender.Kind.ADAPTER, Contender.Serving.CONCATENATED
    layer.parent = layer.base = base
    layer.depth, layer.rank, layer.parameters, layer.config = 1, 16, 4_000_000, {}
    return layer


def _scores(people: list[Contender], suite: Suite, chance: random.Random) -> None:
    runs = [
        EvalRun(
            contender=each,
            suite=suite,
            state=EvalRun.State.SUCCEEDED,
            attempt=1,
            queued_at=NOON,
            started_at=NOON,
            finished_at=NOON,
            tokens_per_second=chance.uniform(5, 300),
            first_token_s=chance.uniform(0.01, 0.5),
            peak_memory_bytes=int(10 ** chance.uniform(9, 10.8)),
            usd_per_million_tokens=chance.uniform(0.01, 2),
        )
        for each in people
    ]
    _written(EvalRun, runs)
    tasks = list(suite.benchmarks.order_by("position"))
    _written(
        Checkpoint,
        (Checkpoint(run=run, benchmark=each, state="DONE") for run in runs for each in tasks),
    )
    _written(
        Score,
        (
            Score(
                run=run,
                benchmark=each,
                value=chance.betavariate(4, 4),
                stderr=0.02,
                samples=500,
                measured_at=NOON,
            )
            for run in runs
            for each in tasks
        ),
    )


def _ratings(people: list[Contender], votes: int, chance: random.Random) -> None:
    snapshot = RatingSnapshot.objects.create(
        created_at=NOON, votes=votes, policy="ties-half-v1", seconds=1.0
    )
    each_has = 2 * votes // len(people)
    values = sorted((chance.gauss(1000, 150) for _ in people), reverse=True)
    _written(
        Rating,
        (
            Rating(
                snapshot=snapshot,
                contender=each,
                value=value,
                lower=value - 40,
                upper=value + 40,
                elo=value,
                votes=each_has,
                wins=each_has / 2,
                rank_lower=at + 1,
            )
            for at, (each, value) in enumerate(zip(people, values, strict=True))
        ),
    )


def _votes(people: list[Contender], votes: int, chance: random.Random) -> None:
    for start in range(0, votes, BATCH):
        battles = [_battle(people, chance) for _ in range(min(BATCH, votes - start))]
        Battle.objects.bulk_create(battles)
        Vote.objects.bulk_create(
            Vote(
                battle=each,
                choice=chance.choice(Vote.Choice.values),
                voter=f"voter-{chance.randrange(5_000)}",
                cast_at=NOON,
            )
            for each in battles
        )


def _battle(people: list[Contender], chance: random.Random) -> Battle:
    one, other = chance.sample(people, 2)
    return Battle(
        id=uuid.UUID(int=chance.getrandbits(128), version=4),
        voter="ada",
        contender_a=one,
        contender_b=other,
        propensity=0.5,
        policy="uniform",
        state=Battle.State.VOTED,
        created_at=NOON,
    )


def _written(kind: type[Row], rows: Iterable[Row]) -> None:
    for some in _batches(rows):
        kind._default_manager.bulk_create(some)  # noqa: SLF001 - Django's public name


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    some: list[Row] = []
    for row in rows:
        some.append(row)
        if len(some) == BATCH:
            yield some
            some = []
    if some:
        yield some
