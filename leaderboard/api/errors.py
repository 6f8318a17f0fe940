"""How the API says no: one shape, with a code for programs and a sentence for people."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import Field, NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from arena.battles import NotVotedYet
from arena.prompts import BadPromptFile
from arena.refusals import Refusal
from arena.votes import VoteRejected
from evals.problems import Refused
from leaderboard.web import problem_details

RETRY_AFTER_S = 30  # for refusals that pass: too many open battles, no engine ready
PASSING = (429, 503)
PROBLEMS_MAX = 10  # a body of ten thousand mistakes is not repeated


class ProblemOut(Schema):
    """One thing to mend."""

    field: str = Field(description="The part of the request that it is about.")
    code: str = Field(description="A stable code.")
    sentence: str = Field(description="What is wrong and what to do, for a person.")


class ErrorOut(Schema):
    """Every refusal has this shape: RFC 9457's problem details, and our own code."""

    type: str = Field(default="about:blank", description="Always about:blank: `code` tells more.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    code: str = Field(description="A stable code, for programs.")
    detail: str = Field(description="One sentence, for people.")
    problems: list[ProblemOut] | None = Field(
        default=None, description="Each thing to mend, where there are several."
    )


class ApiRefused(Exception):
    """A request that the API itself refuses, before any operation is asked."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence = status, code, sentence


def answer(
    status: int, code: str, sentence: str, problems: Sequence[dict[str, str]] = ()
) -> HttpResponse:
    """Return a refusal in its one shape."""
    body = problem_details.body(status, code, sentence)
    if problems:
        body["problems"] = list(problems)
    response = JsonResponse(body, status=status, content_type=problem_details.CONTENT_TYPE)
    if status in PASSING:
        response["Retry-After"] = str(RETRY_AFTER_S)
    return response


def refusals(*statuses: int) -> dict[int, type[ErrorOut]]:
    """Return how the OpenAPI document says that an endpoint can refuse."""
    return dict.fromkeys(statuses, ErrorOut)


def register(api: NinjaAPI) -> None:
    """Have every refusal that an endpoint can meet answered in the one shape."""
    api.add_exception_handler(ApiRefused, _own)
    api.add_exception_handler(Refusal, _own)
    api.add_exception_handler(VoteRejected, _own)
    api.add_exception_handler(BadPromptFile, _bad_prompts)
    api.add_exception_handler(NotVotedYet, _not_voted)
    api.add_exception_handler(Refused, _submission)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _unreadable)
    api.add_exception_handler(Http404, _not_found)


def _own(_request: HttpRequest, refusal: Any) -> HttpResponse:
    return answer(refusal.status, refusal.code, refusal.sentence)


def _not_voted(_request: HttpRequest, refusal: Any) -> HttpResponse:
    return answer(409, "NOT_VOTED", str(refusal))


def _bad_prompts(_request: HttpRequest, refusal: Any) -> HttpResponse:
    problems = [
        {
            "field": f"prompts.{each.line - 1}" if each.line else "prompts",
            "code": refusal.code,
            "sentence": each.sentence,
        }
        for each in refusal.problems[:PROBLEMS_MAX]
    ]
    return answer(refusal.status, refusal.code, refusal.sentence[:1_000], problems)


def _submission(_request: HttpRequest, refusal: Any) -> HttpResponse:
    problems = [
        {"field": each.field, "code": each.code, "sentence": each.sentence}
        for each in refusal.problems
    ]
    return answer(refusal.status, problems[0]["code"], problems[0]["sentence"], problems)


def _invalid(_request: HttpRequest, error: Any) -> HttpResponse:
    problems = [
        {"field": _field(each["loc"]), "code": each["type"].upper(), "sentence": f"{each['msg']}."}
        for each in error.errors[:PROBLEMS_MAX]
    ]
    sentence = "; ".join(f"{each['field']}: {each['sentence']}" for each in problems)
    return answer(400, "INVALID_INPUT", sentence, problems)


def _field(location: Sequence[str | int]) -> str:
    """Return where in the request a value stands: without its source, and without our own name."""
    parts = [str(part) for part in location[1:]]
    is_body = location[0] == "body" and len(parts) > 1
    return ".".join(parts[1:] if is_body else parts)


def _unreadable(_request: HttpRequest, error: Any) -> HttpResponse:
    if error.status_code == 400:
        return answer(400, "BAD_JSON", "The body is not valid JSON.")
    return answer(error.status_code, "REFUSED", str(error))


def _not_found(_request: HttpRequest, _error: Any) -> HttpResponse:
    return answer(404, "NOT_FOUND", "There is nothing at this address, or it is not yours.")
