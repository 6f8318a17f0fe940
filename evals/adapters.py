"""Read an adapter's files into facts: its rank, whether it fits its base, how it can be served.

A plain LoRA layer is concatenated with the layers beneath it; anything that concatenation cannot
express (an output head, DoRA, other saved modules) is merged into the base with PEFT instead.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from evals import inspection, weights
from evals.headers import Tensor
from evals.problems import Refused, refuse
from evals.sources import Source, plain, read_json
from evals.weights import Weights

LORA = re.compile(
    r"^(?:base_model\.model\.)?(?P<module>.+)\.lora_(?P<side>[AB])(?:\.default)?\.weight$"
)
OUTER = ("lm_head", "embed_tokens", "embed_out", "wte")
SPECIAL_STARTS = ("pissa", "olora", "corda", "loftq")  # these move the base's weights too
PROBE_BYTES = 1 << 20
ALPHA_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class AdapterFacts:
    """What an adapter's files say; `merge_reason` is empty where layers can be concatenated."""

    parameters: int
    weight_bytes: int
    rank: int
    merge_reason: str
    warnings: tuple[str, ...]
    config: Mapping[str, Any]


def adapter(source: Source, *, base: Weights, base_locator: str) -> AdapterFacts:
    """Return the facts of an adapter on a base, or refuse it."""
    if "adapter_config.json" not in source.sizes:
        raise refuse(
            "locator",
            "NOT_AN_ADAPTER",
            _(
                "No adapter_config.json is there: give a LoRA adapter saved by PEFT, or choose "
                "MODEL."
            ),
        )
    inspection.refuse_code(source)
    config = read_json(source, "adapter_config.json", max_bytes=inspection.CONFIG_BYTES_MAX)
    rank = _rank(config)
    found = weights.of_adapter(source)
    _refuse_misfit(found, base, transposed=config.get("fan_in_fan_out") is True)
    if not config.get("rank_pattern"):
        _refuse_other_rank(found, rank)
    return AdapterFacts(
        parameters=found.parameters,
        weight_bytes=found.total_bytes,
        rank=max(rank, _widest(found)),
        merge_reason=_merge_reason(config, found),
        warnings=_warnings(source, config, found, base_locator),
        config=_kept(config),
    )


def _rank(config: Mapping[str, Any]) -> int:
    if config.get("peft_type") != "LORA":
        raise refuse(
            "locator",
            "ADAPTER_TYPE_UNSUPPORTED",
            _("This adapter is of type %(type)s; only LoRA is served.")
            % {"type": plain(config.get("peft_type"), 40)},
        )
    rank, alpha = config.get("r"), config.get("lora_alpha")
    if type(rank) is not int or rank < 1:
        raise refuse("locator", "CONFIG_OUT_OF_RANGE", _("adapter_config.json must give a rank r."))
    if isinstance(alpha, bool) or not isinstance(alpha, int | float) or not abs(alpha) <= ALPHA_MAX:
        raise refuse(
            "locator", "CONFIG_OUT_OF_RANGE", _("adapter_config.json must give lora_alpha.")
        )
    if rank > settings.MAX_LORA_RANK:
        raise rank_too_high(rank)
    return rank


def rank_too_high(rank: int) -> Refused:
    """Return the refusal of a rank, of one layer or of a whole stack, above the engine's limit."""
    return refuse(
        "locator",
        "RANK_TOO_HIGH",
        _(
            "The ranks add up to %(rank)s; the engine takes at most %(most)s. "
            "Train with a lower rank, or submit the merged model."
        )
        % {"rank": rank, "most": settings.MAX_LORA_RANK},
    )


def _pairs(found: Weights) -> dict[str, dict[str, Tensor]]:
    """Return the A and B of each module, and leave out what is not plain LoRA."""
    pairs: dict[str, dict[str, Tensor]] = {}
    for tensor in found.tensors.values():
        if match := LORA.match(tensor.name):
            pairs.setdefault(match["module"], {})[match["side"]] = tensor
    return pairs


def _widest(found: Weights) -> int:
    widest = max((pair["A"].shape[0] for pair in _pairs(found).values()), default=0)
    if widest > settings.MAX_LORA_RANK:
        raise rank_too_high(widest)
    return widest


def _refuse_misfit(found: Weights, base: Weights, *, transposed: bool) -> None:
    pairs = _pairs(found)
    if not pairs and not found.tensors:
        raise refuse(
            "locator", "NO_WEIGHTS", _("The adapter holds no LoRA weights: save it again.")
        )
    for module, pair in pairs.items():
        shape = _base_shape(base, module)
        named = next(iter(pair.values())).name
        if shape is None:
            raise _misfit(named, _("the base has no such module"))
        if set(pair) != {"A", "B"} or any(len(each.shape) != 2 for each in pair.values()):
            raise _misfit(named, _("A and B must both be there, with two dimensions each"))
        outer, inner = reversed(shape) if transposed else shape
        if pair["A"].shape[1] != inner:
            raise _misfit(
                pair["A"].name,
                _("it reads %(shape)s values, the base %(inner)s")
                % {"shape": pair["A"].shape[1], "inner": inner},
            )
        if pair["B"].shape[0] != outer:
            raise _misfit(
                pair["B"].name,
                _("it writes %(shape)s values, the base %(outer)s")
                % {"shape": pair["B"].shape[0], "outer": outer},
            )
        if pair["A"].shape[0] != pair["B"].shape[1]:
            raise _misfit(pair["B"].name, _("its rank differs from that of its lora_A"))


def _refuse_other_rank(found: Weights, rank: int) -> None:
    for pair in _pairs(found).values():
        if pair["A"].shape[0] != rank:
            raise _misfit(
                pair["A"].name, _("adapter_config.json says rank %(rank)s") % {"rank": rank}
            )


def _base_shape(base: Weights, module: str) -> tuple[int, int] | None:
    names = [f"{module}.weight", f"{module.removeprefix('model.')}.weight"]
    if module == "lm_head":
        names.append("model.embed_tokens.weight")  # tied: the head is the embedding
    for name in names:
        tensor = base.tensors.get(name)
        if tensor is not None and len(tensor.shape) == 2:
            return tensor.shape[0], tensor.shape[1]
    return None


def _misfit(tensor: str, why: str) -> Refused:
    return refuse(
        "parent_slug",
        "ADAPTER_DOES_NOT_FIT",
        _("%(tensor)s does not fit the base (%(why)s): choose the model it was trained on.")
        % {"tensor": plain(tensor, 160), "why": why},
    )


def _merge_reason(config: Mapping[str, Any], found: Weights) -> str:
    """Say why the layer cannot be concatenated; an empty string: it can."""
    pairs = _pairs(found)
    outer = [module for module in pairs if module.rpartition(".")[2] in OUTER]
    others = [name for name in found.tensors if not LORA.match(name)]
    start = str(config.get("init_lora_weights")).lower()
    reasons = {
        gettext_noop("it uses DoRA"): bool(config.get("use_dora")),
        gettext_noop("it saves whole modules"): bool(config.get("modules_to_save")),
        f"it trains {', '.join(outer)}": bool(outer),
        gettext_noop("it holds weights other than plain LoRA"): bool(others),
        gettext_noop("its rank or alpha differs by module"): bool(
            config.get("rank_pattern") or config.get("alpha_pattern")
        ),
        gettext_noop("it trains biases"): config.get("bias", "none") != "none"
        or bool(config.get("lora_bias")),
        gettext_noop("its base stores weights transposed"): config.get("fan_in_fan_out") is True,
        gettext_noop("its start moves the base's weights"): start.startswith(SPECIAL_STARTS),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _warnings(
    source: Source, config: Mapping[str, Any], found: Weights, base_locator: str
) -> tuple[str, ...]:
    warnings = []
    declared = plain(config.get("base_model_name_or_path"), 120)
    if declared and _last(declared) != _last(base_locator):
        warnings.append(
            f"The adapter says it was trained on {declared}, and it stands on {base_locator}."
        )
    pairs = _pairs(found)
    if pairs and all(_is_zero(source, found, pair["B"]) for pair in pairs.values()):
        warnings.append(
            gettext_noop(
                "Every lora_B is zero: this adapter changes nothing and equals its parent."
            )
        )
    return tuple(warnings)


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2].lower()


def _is_zero(source: Source, found: Weights, tensor: Tensor) -> bool:
    file = found.files[tensor.name]
    for start in range(tensor.begin, tensor.end, PROBE_BYTES):
        if any(source.read(file, start, min(PROBE_BYTES, tensor.end - start))):
            return False
    return True


def _kept(config: Mapping[str, Any]) -> dict[str, Any]:
    targets = config.get("target_modules")
    shown = sorted(map(str, targets)) if isinstance(targets, list) else [str(targets)]
    return {
        "alpha": config["lora_alpha"],
        "target_modules": [plain(target, 80) for target in shown[:50]],
        "has_rslora": bool(config.get("use_rslora")),
        "has_dora": bool(config.get("use_dora")),
        "modules_to_save": [plain(name, 80) for name in config.get("modules_to_save") or []][:20],
        "declared_base": plain(config.get("base_model_name_or_path"), 200),
    }
