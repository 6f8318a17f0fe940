"""Questions and answers behind a score, for programs."""

from typing import Literal

from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema

from evals import samples
from evals.models import Contender
from leaderboard.api.errors import ApiRefused, refusals
from leaderboard.api.paging import Listed, Piece
from leaderboard.boards import board
from leaderboard.comparing import questions, sample_browser
from leaderboard.comparing.questions import Question
from leaderboard.comparing.sample_browser import NoSuchQuestions, Wanted

router = Router(tags=["Contenders"])


class ChoiceOut(Schema):
    """One continuation that was scored."""

    text: str
    logprob: float = Field(description="Of the whole continuation, natural logarithm.")
    is_answer: bool
    is_target: bool


class SampleOut(Schema):
    """One question with its answer."""

    question: str = Field(description="Task and number; the same for every contender.")
    prompt: str
    target: str = Field(description="The right answer.")
    answer: str = Field(description="What was generated, or the likeliest choice.")
    raw_answer: str = Field(description='Before the filter; "" for choices.')
    value: float | None = Field(description="Of the metric; a score is their weighted mean.")
    is_correct: bool | None = Field(description="Null for a metric that is not right or wrong.")
    choices: list[ChoiceOut] = Field(description="Empty where the contender wrote freely.")


class SamplesWanted(Piece):
    """Which questions to return."""

    benchmark: str = Field(default="", description="Key; the suite's first one where empty.")
    suite: str = Field(default="", description="Key; the default suite where empty.")
    result: Literal["all", "right", "wrong"] = "all"
    q: str = Field(default="", max_length=200, description="Text in prompt, answer or gold.")
    doc: str = Field(default="", description="One question: its number, or task and number.")


@router.get(
    "/contenders/{slug:slug}/samples",
    operation_id="list_samples",
    summary="Read questions and answers",
    response={200: Listed[SampleOut], **refusals(400, 404)},
)
def list_samples(
    request: HttpRequest, slug: str, wanted: Query[SamplesWanted]
) -> Listed[SampleOut]:
    """Read what a contender was asked on one benchmark and what it answered."""
    contender = Contender.objects.listed().filter(slug=slug).first()
    if contender is None:
        raise Http404("There is no such contender.")
    view = Wanted(result=wanted.result, text=wanted.q.strip(), doc=wanted.doc)
    try:
        suite = board.suite_named(wanted.suite)
        score = sample_browser.score_of(contender, suite, wanted.benchmark)
        found = sample_browser.select(samples.read(score), view)
    except (NoSuchQuestions, samples.SamplesMissing) as absence:
        raise ApiRefused(404, "NO_SAMPLES", str(absence)) from absence
    piece = found.iloc[wanted.offset : wanted.offset + wanted.limit]
    return wanted.listed((_sample(each) for each in questions.questions(piece)), total=len(found))


def _sample(question: Question) -> SampleOut:
    return SampleOut(
        question=question.name,
        prompt=question.prompt,
        target=question.target,
        answer=question.answer,
        raw_answer=question.raw_answer,
        value=question.value,
        is_correct=question.is_correct,
        choices=[
            ChoiceOut(
                text=each.text,
                logprob=each.logprob,
                is_answer=each.is_answer,
                is_target=each.is_target,
            )
            for each in question.choices
        ],
    )
