"""An order, examined: its files read, its identity pinned, its fields known. No row is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from evals import adapters, addresses, directories, hub, inspection, names, uploads, weights
from evals.adapters import AdapterFacts
from evals.models import Contender
from evals.orders import Order
from evals.problems import Refused, refuse
from evals.sources import Source, plain
from evals.weights import Weights

NO_TEMPLATE = gettext_noop(
    "It brings no chat template: in the arena it continues the prompt as plain text."
)
DEPTH_MAX = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contender that may be made: what identifies it, and everything else about it."""

    identity: Mapping[str, Any]
    fields: Mapping[str, Any]
    name: str  # empty: the person gave none
    default_name: str
    warnings: tuple[str, ...] = ()


def examine(order: Order) -> Candidate:
    """Return the contender that an order describes, or refuse it with the reason."""
    if order.kind == Contender.Kind.BASELINE:
        return _baseline(order)
    parent = _parent(order) if order.kind == Contender.Kind.ADAPTER else None
    source = _open(order.source, order.locator, order.revision)
    licence = order.licence or plain(source.licence, 60)
    if settings.REQUIRE_LICENCE and not licence:
        raise refuse("licence", "LICENCE_REQUIRED", _("Name the licence: the model card has none."))
    if parent is None:
        return _model(order, source, licence)
    return _adapter(order, source, licence, parent)


def _parent(order: Order) -> Contender:
    parent = Contender.objects.filter(slug=order.parent_slug).first()
    if parent is None:
        raise refuse(
            "parent_slug",
            "PARENT_UNKNOWN",
            _("No contender has that name: submit the model first."),
        )
    if parent.kind == Contender.Kind.BASELINE:
        raise refuse(
            "parent_slug",
            "PARENT_IS_BASELINE",
            _("An adapter cannot stand on an API: name a model."),
        )
    if parent.depth >= DEPTH_MAX:
        raise refuse(
            "parent_slug",
            "STACK_TOO_DEEP",
            _("A stack has at most %(most)s layers: merge some.") % {"most": DEPTH_MAX},
        )
    return parent


def _open(source: str, locator: str, revision: str) -> Source:
    if source == Contender.Source.HUB:
        return hub.look_up(locator, revision=revision)
    if source == Contender.Source.UPLOAD:
        return uploads.look_up(locator)
    directory = directories.look_in(locator)
    if revision and not directory.revision.removeprefix("sha256:").startswith(
        revision.removeprefix("sha256:")
    ):
        raise refuse(
            "revision",
            "REVISION_NOT_FOUND",
            _(
                "That directory's content is now %(revision)s, not %(asked)s: leave the "
                "revision empty."
            )
            % {"revision": directory.revision, "asked": revision},
        )
    return directory


def _model(order: Order, source: Source, licence: str) -> Candidate:
    facts = inspection.model(source)
    original = _original(order, facts.quantisation)
    return Candidate(
        identity=_identity(order, source, parent=None),
        fields=_told(order)
        | {
            "kind": Contender.Kind.MODEL,
            "serving": Contender.Serving.MODEL,
            "licence": licence,
            "parameters": original.parameters if original else facts.parameters,
            "weight_bytes": facts.weight_bytes,
            "config": dict(facts.config),
            "quantisation": facts.quantisation,
            "variant_of": original,
        },
        name=order.name,
        default_name=_default_name(order, source.locator, None),
        warnings=_template_warning(facts.config),
    )


def _original(order: Order, quantisation: str) -> Contender | None:
    """Return the model that a quantised one was made from, if its submitter names it."""
    if not order.variant_of_slug:
        return None
    original = Contender.objects.filter(
        slug=order.variant_of_slug, kind=Contender.Kind.MODEL, quantisation=""
    ).first()
    if original is None:
        sentence = _("No model with its own weights has that name: submit the original first.")
        raise refuse("variant_of_slug", "ORIGINAL_UNKNOWN", sentence)
    if not quantisation:
        raise refuse(
            "variant_of_slug",
            "NOT_QUANTISED",
            _("Its config.json says nothing of quantisation: leave the original out."),
        )
    return original


def _adapter(order: Order, source: Source, licence: str, parent: Contender) -> Candidate:
    root = parent.root()
    facts = adapters.adapter(source, base=_weights_of(root), base_locator=root.locator)
    serving, reason = _serving(facts, parent)
    return Candidate(
        identity=_identity(order, source, parent=parent),
        fields=_told(order)
        | {
            "kind": Contender.Kind.ADAPTER,
            "serving": serving,
            "licence": licence,
            "parameters": facts.parameters,
            "weight_bytes": facts.weight_bytes,
            "base": root,
            "depth": parent.depth + 1,
            "rank": facts.rank,
            "config": dict(facts.config)
            | {"merge_reason": reason, "warnings": list(facts.warnings)},
        },
        name=order.name,
        default_name=_default_name(order, source.locator, parent),
        warnings=facts.warnings,
    )


def _serving(facts: AdapterFacts, parent: Contender) -> tuple[str, str]:
    """Return how the whole stack is served, and why where it must be merged."""
    if facts.merge_reason:
        return Contender.Serving.MERGED, facts.merge_reason
    if parent.serving == Contender.Serving.MERGED:
        return Contender.Serving.MERGED, gettext_noop("a layer beneath it is merged")
    ranks = [layer.rank or 0 for layer in parent.stack()]
    total = facts.rank + sum(ranks)
    if total > settings.MAX_LORA_RANK:
        raise adapters.rank_too_high(total)
    return Contender.Serving.CONCATENATED, ""


def _weights_of(root: Contender) -> Weights:
    """Return the shapes of a base that has been accepted before, at its own revision."""
    try:
        return weights.of_model(_open(root.source, root.locator, root.revision))
    except Refused as refusal:
        raise refuse(
            "parent_slug",
            "PARENT_UNAVAILABLE",
            _("The files of %(name)s cannot be read as they were submitted: %(refusal)s")
            % {"name": root.name, "refusal": refusal},
            status=refusal.status,
        ) from refusal


def _baseline(order: Order) -> Candidate:
    url = addresses.check(order.locator)
    addresses.check_key(url)
    return Candidate(
        identity={
            "source": Contender.Source.API,
            "locator": url,
            "revision": "",
            "api_model": order.api_model,
            "parent": None,
        },
        fields=_told(order)
        | {
            "kind": Contender.Kind.BASELINE,
            "serving": Contender.Serving.API,
            "licence": order.licence,
            "price_usd_per_million_tokens": order.price_usd_per_million_tokens,
        },
        name=order.name,
        default_name=_default_name(order, url, None),
    )


def _identity(order: Order, source: Source, *, parent: Contender | None) -> dict[str, Any]:
    return {
        "source": order.source,
        "locator": source.locator,
        "revision": source.revision,
        "api_model": "",
        "parent": parent,
    }


def _told(order: Order) -> dict[str, Any]:
    return {
        "description": order.description,
        "released_at": order.released_at,
        "training_cost_usd": order.training_cost_usd,
        "cost_evidence": order.cost_evidence,
    }


def _default_name(order: Order, locator: str, parent: Contender | None) -> str:
    return names.default(
        locator=locator,
        is_directory=order.source == Contender.Source.DIRECTORY,
        api_model=order.api_model,
        parent=parent,
    )


def _template_warning(config: Mapping[str, Any]) -> tuple[str, ...]:
    if config["has_chat_template"]:
        return ()
    return (NO_TEMPLATE,)
