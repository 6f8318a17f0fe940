"""How a model's weights were made smaller, read from its config: AWQ, GPTQ, bitsandbytes and more.

Pure: it reads a mapping and says a word. Which of them vLLM can load is listed here, too.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from evals.problems import refuse

LOADABLE = {
    "awq": "AWQ",
    "gptq": "GPTQ",
    "bitsandbytes": "bitsandbytes",
    "compressed-tensors": "compressed-tensors",
    "fp8": "FP8",
}


def of(config: Mapping[str, Any]) -> str:
    """Return such as "AWQ 4-bit", or an empty string for weights as they were trained."""
    told = config.get("quantization_config") or config.get("compression_config")
    if not isinstance(told, dict) or not told:
        return ""
    method = str(told.get("quant_method", "")).lower().replace("_", "-")
    if method not in LOADABLE:
        raise refuse(
            "locator",
            "QUANTISATION_UNSUPPORTED",
            _(
                "Its weights are quantised by %(method)s, which is not served here: "
                "%(loadable)s are."
            )
            % {
                "method": method[:30] or _("an unnamed method"),
                "loadable": ", ".join(LOADABLE.values()),
            },
        )
    bits = _bits(told)
    return f"{LOADABLE[method]} {bits}-bit" if bits else LOADABLE[method]


def _bits(told: Mapping[str, Any]) -> int | None:
    """Return the bits of one weight where the config says."""
    for name, bits in (("load_in_4bit", 4), ("load_in_8bit", 8)):
        if told.get(name) is True:
            return bits
    given = told.get("bits") or told.get("w_bit")
    if given is None and isinstance(groups := told.get("config_groups"), dict):
        first = next(iter(groups.values()), None)
        weights = first.get("weights") if isinstance(first, dict) else None
        given = weights.get("num_bits") if isinstance(weights, dict) else None
    if given is None and told.get("quant_method") == "fp8":
        return 8
    return given if type(given) is int and 1 <= given <= 16 else None
