"""Read a model's files into facts, without loading a weight or running a line of its code.

What makes a model unfit is refused here with a sentence. `adapters` does the same for adapters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from evals import quantisations, weights
from evals.problems import refuse
from evals.sources import Source, plain, read_json
from evals.weights import Weights

CONFIG_BYTES_MAX = 2_000_000
TOKENIZER_BYTES_MAX = 200_000_000
LAYERS_MAX = 1_000
VOCABULARY_MAX = 4_000_000
HIDDEN_MAX = 200_000
CODE_MAPS = (
    "config.json",
    "tokenizer_config.json",
    "processor_config.json",
    "preprocessor_config.json",
    "image_processor_config.json",
    "video_preprocessor_config.json",
    "generation_config.json",
    "adapter_config.json",
)  # fmt: skip
RANGES = {
    "num_hidden_layers": LAYERS_MAX,
    "vocab_size": VOCABULARY_MAX,
    "hidden_size": HIDDEN_MAX,
    "intermediate_size": 16 * HIDDEN_MAX,
    "max_position_embeddings": 100_000_000,
}


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a model's files say."""

    parameters: int | None  # None: packed, and nobody says how many there were
    weight_bytes: int
    quantisation: str
    config: Mapping[str, Any]  # kept on the contender


def model(source: Source) -> ModelFacts:
    """Return the facts of a model, or refuse it."""
    if "config.json" not in source.sizes:
        raise _no_config(source)
    refuse_code(source)
    _refuse_tokenizer(source)
    config = read_json(source, "config.json", max_bytes=CONFIG_BYTES_MAX)
    text = config.get("text_config")
    facts = _facts(config | text if isinstance(text, dict) else config)
    found = weights.of_model(source)
    _refuse_vocabulary(facts, found)
    quantisation = quantisations.of(config)
    return ModelFacts(
        parameters=None if quantisation else found.parameters,
        weight_bytes=found.total_bytes,
        quantisation=quantisation,
        config=facts
        | {"quantisation": quantisation}
        | {"has_chat_template": has_chat_template(source)},
    )


def refuse_code(source: Source) -> None:
    """Refuse a source that asks for code of its own to be run."""
    for name in CODE_MAPS:
        if name in source.sizes:
            content = read_json(source, name, max_bytes=CONFIG_BYTES_MAX)
            if _mentions_code(content):
                raise refuse(
                    "locator",
                    "REMOTE_CODE",
                    _(
                        "%(name)s has an auto_map, which runs the repository's own code: submit a "
                        "version for an architecture that transformers knows."
                    )
                    % {"name": name},
                )


def has_chat_template(source: Source) -> bool:
    """Say whether the source brings a template for conversations."""
    if "chat_template.jinja" in source.sizes or "chat_template.json" in source.sizes:
        return True
    if "tokenizer_config.json" not in source.sizes:
        return False
    content = read_json(source, "tokenizer_config.json", max_bytes=CONFIG_BYTES_MAX)
    return bool(content.get("chat_template"))


def _no_config(source: Source) -> Exception:
    if "adapter_config.json" in source.sizes:
        return refuse(
            "kind", "IS_AN_ADAPTER", _("That is an adapter: choose kind ADAPTER and its parent.")
        )
    return refuse(
        "locator", "CONFIG_MISSING", _("No config.json is there: give the model's own directory.")
    )


def _mentions_code(content: Mapping[str, Any]) -> bool:
    pending: list[Any] = [content]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            if item.get("auto_map"):
                return True
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return False


def _refuse_tokenizer(source: Source) -> None:
    for name in ("tokenizer.json", "tokenizer.model", "vocab.json", "merges.txt"):
        size = source.sizes.get(name, 0)
        if size > TOKENIZER_BYTES_MAX:
            raise refuse(
                "locator",
                "TOKENIZER_TOO_LARGE",
                _("%(name)s has %(size)s bytes; at most %(most)s are taken.")
                % {
                    "name": name,
                    "size": number_format(size, force_grouping=True),
                    "most": number_format(TOKENIZER_BYTES_MAX, force_grouping=True),
                },
            )


def _facts(config: Mapping[str, Any]) -> dict[str, Any]:
    model_type = config.get("model_type")
    if not isinstance(model_type, str) or not model_type:
        raise refuse(
            "locator", "CONFIG_UNREADABLE", _("config.json names no model_type: add it first.")
        )
    for name, most in RANGES.items():
        value = config.get(name)
        if value is not None and (type(value) is not int or not 0 < value <= most):
            raise refuse(
                "locator",
                "CONFIG_OUT_OF_RANGE",
                _("config.json says %(name)s is %(value)s: mend it (1 to %(most)s).")
                % {
                    "name": name,
                    "value": plain(value, 40),
                    "most": number_format(most, force_grouping=True),
                },
            )
    architectures = config.get("architectures")
    return {
        "model_type": plain(model_type, 60),
        "architecture": plain(architectures[0], 60)
        if isinstance(architectures, list) and architectures
        else "",
        "layers": config.get("num_hidden_layers"),
        "hidden_size": config.get("hidden_size"),
        "vocabulary": config.get("vocab_size"),
        "context_tokens": config.get("max_position_embeddings"),
        "dtype": plain(config.get("dtype") or config.get("torch_dtype"), 20),
    }


def _refuse_vocabulary(facts: Mapping[str, Any], found: Weights) -> None:
    """Refuse a config that claims another vocabulary than the embedding has rows."""
    claimed = facts["vocabulary"]
    embedding = found.tensors.get("model.embed_tokens.weight")
    if claimed and embedding and embedding.shape[0] < claimed:
        raise refuse(
            "locator",
            "CONFIG_OUT_OF_RANGE",
            _(
                "config.json says vocab_size is %(claimed)s and the embedding has %(rows)s "
                "rows: mend config.json."
            )
            % {
                "claimed": number_format(claimed, force_grouping=True),
                "rows": number_format(embedding.shape[0], force_grouping=True),
            },
        )
