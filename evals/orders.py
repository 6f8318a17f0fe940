"""An order is what a person asks to have ranked; its form is checked before any file is read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.models import User
from evals import names
from evals.models import Contender
from evals.problems import Problem, Refused, refuse

REPO_ID = re.compile(
    r"^(?=.{1,96}$)[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?(?:/[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?)?$"
)
UPLOAD = re.compile(r"^[0-9a-f]{40}$")
REVISION = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._/:-]{0,119}$")
API_MODEL = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,199}$")
LONGEST = {
    "locator": 500,
    "revision": 120,
    "api_model": 200,
    "description": 500,
    "licence": 60,
    "parent_slug": 120,
    "variant_of_slug": 120,
}
MULTILINE = {"description": "\n\r\t"}
COST_MAX = Decimal(10_000_000_000)
PRICE_MAX = Decimal(10_000_000)


@dataclass(frozen=True, slots=True)
class Order:
    """One contender to be ranked, as the form, the API or the command line gave it."""

    kind: str
    source: str
    locator: str
    revision: str = ""
    api_model: str = ""
    parent_slug: str = ""
    variant_of_slug: str = ""
    name: str = ""
    description: str = ""
    licence: str = ""
    released_at: date | None = None
    training_cost_usd: Decimal | None = None
    cost_evidence: str = Contender.CostEvidence.UNKNOWN
    price_usd_per_million_tokens: Decimal | None = None

    def trimmed(self) -> "Order":
        """Return the same order without blanks around its texts."""
        texts: dict[str, Any] = {
            field.name: value.strip()
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), str)
        }
        return replace(self, **texts)


def check_permission(order: Order, *, submitter: User | None, is_operator: bool) -> None:
    """Refuse what the policies of this site do not let this person do."""
    is_staff = is_operator or (submitter is not None and submitter.is_staff)
    _check_policy(settings.SUBMIT_POLICY, submitter, is_staff, field="kind", what="submit")
    if order.source != Contender.Source.API and _is_local_path(order.locator) and not is_staff:
        raise refuse(
            "locator",
            "LOCAL_PATH_FORBIDDEN",
            _("Paths of this machine are for its staff: give a path relative to MODEL_ROOT."),
            status=403,
        )
    if order.source == Contender.Source.DIRECTORY:
        _check_policy(
            settings.DIRECTORY_POLICY,
            submitter,
            is_staff,
            field="source",
            what=_("submit directories"),
        )


def check_form(order: Order) -> None:
    """Refuse an order whose texts cannot be right, with all its problems at once."""
    problems = list(_problems(order))
    if problems:
        raise Refused(*problems)


def _is_local_path(locator: str) -> bool:
    return (
        locator.startswith(("/", "~", "file:")) or re.match(r"^[A-Za-z]:[\\/]", locator) is not None
    )


def _check_policy(
    policy: str, submitter: User | None, is_staff: bool, *, field: str, what: str
) -> None:
    if policy == "anyone" or is_staff or (policy == "signed-in" and submitter is not None):
        return
    if policy == "signed-in":
        raise refuse(
            field, "SIGN_IN_REQUIRED", _("Sign in to %(what)s here.") % {"what": what}, status=403
        )
    raise refuse(
        field, "STAFF_ONLY", _("Only staff may %(what)s here.") % {"what": what}, status=403
    )


def _problems(order: Order) -> Iterator[Problem]:
    garbled = list(_garbled(order))
    yield from garbled
    if order.kind not in Contender.Kind.values:
        yield Problem("kind", "BAD_KIND", _("Choose MODEL, ADAPTER or BASELINE."))
    if order.source not in Contender.Source.values:
        yield Problem("source", "BAD_SOURCE", _("Choose HUB, DIRECTORY, UPLOAD or API."))
    elif (order.kind == Contender.Kind.BASELINE) != (order.source == Contender.Source.API):
        yield Problem(
            "source", "BAD_SOURCE", _("A baseline, and nothing else, is asked over an API.")
        )
    if order.kind == Contender.Kind.ADAPTER and not order.parent_slug:
        yield Problem(
            "parent_slug", "PARENT_REQUIRED", _("Name the model or adapter it stands on.")
        )
    if order.kind != Contender.Kind.MODEL and order.variant_of_slug:
        sentence = _("Only a quantised model names what it was made from.")
        yield Problem("variant_of_slug", "VARIANT_FORBIDDEN", sentence)
    if order.kind != Contender.Kind.ADAPTER and order.source == Contender.Source.UPLOAD:
        yield Problem("source", "UPLOAD_IS_ADAPTER", _("Only adapters are uploaded: use the hub."))
    if order.kind != Contender.Kind.ADAPTER and order.parent_slug:
        yield Problem("parent_slug", "PARENT_FORBIDDEN", _("Only an adapter stands on a parent."))
    if order.name and (problem := names.check(order.name)):
        yield problem
    if not garbled:
        yield from _place_problems(order)
    yield from _cost_problems(order)


def _garbled(order: Order) -> Iterator[Problem]:
    for field, longest in LONGEST.items():
        text = getattr(order, field)
        if len(text) > longest:
            yield Problem(
                field,
                "TOO_LONG",
                _("At most %(longest)s characters fit here.") % {"longest": longest},
            )
        elif names.has_control(text, allowed=MULTILINE.get(field, "")):
            yield Problem(field, "CONTROL_CHARACTERS", _("Leave invisible characters out."))


def _place_problems(order: Order) -> Iterator[Problem]:
    locator = order.locator
    if not locator:
        yield Problem(
            "locator", "REQUIRED", _("Name the repository, the directory or the address.")
        )
    elif order.source == Contender.Source.HUB:
        if not REPO_ID.match(locator) or "--" in locator or ".." in locator:
            sentence = _("Give a repository of the hub as owner/name, such as acme/heron.")
            yield Problem("locator", "BAD_REPO_ID", sentence)
    elif order.source == Contender.Source.UPLOAD and not UPLOAD.match(locator):
        yield Problem(
            "locator", "BAD_UPLOAD", _("Give the name that the upload was answered with.")
        )
    elif order.source == Contender.Source.DIRECTORY and not _is_path(locator):
        sentence = _("Give a directory relative to MODEL_ROOT, such as models/heron.")
        yield Problem("locator", "BAD_PATH", sentence)
    if order.revision and (not REVISION.match(order.revision) or ".." in order.revision):
        yield Problem("revision", "BAD_REVISION", _("Give a branch, a tag or a commit."))
    if order.source == Contender.Source.API and not API_MODEL.match(order.api_model):
        yield Problem("api_model", "BAD_API_MODEL", _("Give the model's name as its API knows it."))


def _is_path(locator: str) -> bool:
    parts = PurePosixPath(locator).parts
    return (
        ".." not in parts
        and "\\" not in locator
        and not any(each in locator for each in "<>|*?\"'`$;&")
        and not any(part.startswith((".", "-", "=", "~")) for part in parts)
        and parts != ()
    )


def _cost_problems(order: Order) -> Iterator[Problem]:
    if order.cost_evidence not in Contender.CostEvidence.values:
        yield Problem("cost_evidence", "BAD_CHOICE", _("Choose UNKNOWN, DECLARED or GPU_HOURS."))
    for field, value, most in (
        ("training_cost_usd", order.training_cost_usd, COST_MAX),
        ("price_usd_per_million_tokens", order.price_usd_per_million_tokens, PRICE_MAX),
    ):
        if value is not None and not (value.is_finite() and 0 <= value < most):
            yield Problem(
                field,
                "OUT_OF_RANGE",
                _("Give dollars from 0 to less than %(most)s.")
                % {"most": number_format(most, force_grouping=True)},
            )
