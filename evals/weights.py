"""The weights of one source, known by their headers alone: which files, tensors, sizes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from evals import headers
from evals.headers import Tensor
from evals.problems import Refused, refuse
from evals.sources import Source, read_json

INDEX = "model.safetensors.index.json"
INDEX_BYTES_MAX = 20_000_000
PICKLES = (".bin", ".pt", ".pth", ".pkl", ".ckpt", ".h5", ".msgpack")
NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Weights:
    """Every tensor of a source by name, and the file it lies in."""

    tensors: Mapping[str, Tensor]
    files: Mapping[str, str]
    total_bytes: int

    @property
    def parameters(self) -> int:
        """Return how many numbers all tensors hold."""
        return sum(tensor.elements for tensor in self.tensors.values())


def of_model(source: Source) -> Weights:
    """Return a model's weights, or refuse with the reason."""
    if INDEX in source.sizes:
        index = read_json(source, INDEX, max_bytes=INDEX_BYTES_MAX).get("weight_map")
        names = sorted({str(name) for name in index.values()}) if isinstance(index, dict) else []
    else:
        names = sorted(
            name
            for name in source.sizes
            if name.endswith(".safetensors") and "/" not in name and "consolidated" not in name
        )
    return _read(source, names)


def of_adapter(source: Source) -> Weights:
    """Return an adapter's weights, or refuse with the reason."""
    names = [name for name in ("adapter_model.safetensors",) if name in source.sizes]
    return _read(source, names)


def _read(source: Source, names: Iterable[str]) -> Weights:
    names = list(names)
    if not names:
        raise _none_usable(source)
    missing = [name for name in names if name not in source.sizes]
    if missing:
        raise refuse(
            "locator",
            "WEIGHTS_MISSING",
            _("%(index)s names %(missing)s, which is not there: upload it and submit again.")
            % {"index": INDEX, "missing": missing[0]},
        )
    total = sum(source.sizes[name] for name in names)
    if total > settings.MAX_MODEL_BYTES:
        raise refuse(
            "locator",
            "TOO_LARGE",
            _("The weights have %(total)s GB; this site takes at most %(most)s GB.")
            % {
                "total": number_format(total / 1e9, 1, force_grouping=True),
                "most": number_format(settings.MAX_MODEL_BYTES / 1e9, 1, force_grouping=True),
            },
        )
    return _collect(source, names, total)


def _collect(source: Source, names: list[str], total: int) -> Weights:
    tensors: dict[str, Tensor] = {}
    files: dict[str, str] = {}
    for name in names:
        for tensor in headers.read(
            path=name,
            size=source.sizes[name],
            fetch=lambda start, length, name=name: source.read(name, start, length),  # type: ignore[misc]
        ):
            tensors[tensor.name] = tensor
            files[tensor.name] = name
    if not tensors:
        raise refuse(
            "locator",
            "CORRUPT_WEIGHTS",
            _("%(name)s holds no tensors: save it again.") % {"name": names[0]},
        )
    return Weights(tensors, files, total)


def _none_usable(source: Source) -> Refused:
    pickles = sorted(name for name in source.sizes if name.endswith(PICKLES))
    if not pickles:
        return refuse(
            "locator",
            "NO_WEIGHTS",
            _("No safetensors weights are there: check the path, or upload them first."),
        )
    shown = ", ".join(pickles[:NAMES_SHOWN]) + (" …" if len(pickles) > NAMES_SHOWN else "")
    return refuse(
        "locator",
        "PICKLE_ONLY",
        _(
            "The weights are pickles, which can run code (%(shown)s): save them as "
            "safetensors (save_pretrained does) and submit the new revision."
        )
        % {"shown": shown},
    )
