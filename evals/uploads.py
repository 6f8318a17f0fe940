"""Uploaded adapters: two files, never an archive, kept under the hash of their content.

A file is written as it arrives and looked at before it counts. What was uploaded twice lies here
once. The result is a source like a directory, named by its hash.
"""

import hashlib
import re
import secrets
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from evals import directories
from evals.directories import Directory
from evals.models import Contender
from evals.problems import refuse

CONFIG, WEIGHTS, CARD = "adapter_config.json", "adapter_model.safetensors", "README.md"
CONFIG_BYTES_MAX = 1_000_000
NAMES = (CONFIG, WEIGHTS, CARD)
ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")
PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
DIGITS = 40
LOCATOR = re.compile(r"^[0-9a-f]{40}$")


class Uploaded(Protocol):
    """A file as it arrives; Django's uploaded files are such."""

    @property
    def name(self) -> str | None:
        """Return the name that its sender gave it."""

    @property
    def size(self) -> int | None:
        """Return its bytes."""

    def chunks(self) -> Iterable[bytes]:
        """Yield its content."""


def keep(files: Mapping[str, Uploaded]) -> str:
    """Keep an adapter's files and return the locator that names their content, or refuse them."""
    missing = [name for name in (CONFIG, WEIGHTS) if name not in files]
    if missing:
        raise refuse(
            "files",
            "UPLOAD_INCOMPLETE",
            _("Add %(missing)s, as PEFT saves it.") % {"missing": _(" and ").join(missing)},
        )
    _check_sizes(files)
    root = _root()
    arriving = root / f".arriving-{secrets.token_hex(8)}"
    arriving.mkdir(parents=True)
    try:
        for name, file in files.items():
            _write(arriving / name, name, file)
        locator = _hash(arriving)
        if not (root / locator).exists():
            arriving.rename(root / locator)
        return locator
    finally:
        shutil.rmtree(arriving, ignore_errors=True)


def forget_unused(locator: str) -> None:
    """Remove an upload that became no contender."""
    is_used = Contender.objects.filter(source=Contender.Source.UPLOAD, locator=locator).exists()
    if LOCATOR.match(locator) and not is_used:
        shutil.rmtree(_root() / locator, ignore_errors=True)


def look_up(locator: str) -> Directory:
    """Return the files of an upload, hashed as every directory is."""
    return directories.look_under(_root(), locator)


def place(locator: str) -> Path:
    """Return where uploaded files lie."""
    return _root() / locator


def named(files: Iterable[Uploaded]) -> dict[str, Uploaded]:
    """Return the files by the names that count, or refuse a stranger among them."""
    found: dict[str, Uploaded] = {}
    for file in files:
        name = Path(file.name or "").name
        if name not in NAMES:
            raise refuse(
                "uploaded",
                "UPLOAD_UNKNOWN_FILE",
                _(
                    "Only %(config)s, %(weights)s and %(card)s are taken, and no archives: unpack "
                    "it first."
                )
                % {"config": CONFIG, "weights": WEIGHTS, "card": CARD},
            )
        found[name] = file
    return found


def _root() -> Path:
    return Path(settings.VAR_DIR, "uploads")


def _check_sizes(files: Mapping[str, Uploaded]) -> None:
    for name, file in files.items():
        most = settings.UPLOAD_MAX_BYTES if name == WEIGHTS else CONFIG_BYTES_MAX
        if (file.size or 0) > most:
            raise refuse(
                "uploaded",
                "UPLOAD_TOO_LARGE",
                _(
                    "%(name)s has %(size)s bytes; at most %(most)s are taken. Submit it from the "
                    "hub instead."
                )
                % {
                    "name": name,
                    "size": number_format(file.size or 0, force_grouping=True),
                    "most": number_format(most, force_grouping=True),
                },
                status=413,
            )


def _write(path: Path, name: str, file: Uploaded) -> None:
    most = settings.UPLOAD_MAX_BYTES if name == WEIGHTS else CONFIG_BYTES_MAX
    written = 0
    with path.open("xb") as kept:
        for chunk in file.chunks():
            if not written and chunk.startswith((*ARCHIVES, *PICKLES)):
                raise refuse(
                    "uploaded",
                    "UPLOAD_IS_ARCHIVE",
                    _("%(name)s is an archive or a pickle: upload the plain files that PEFT saves.")
                    % {"name": name},
                )
            written += len(chunk)
            if written > most:
                raise refuse(
                    "uploaded",
                    "UPLOAD_TOO_LARGE",
                    _("%(name)s is too large.") % {"name": name},
                    status=413,
                )
            kept.write(chunk)


def _hash(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        whole.update(f"{path.name}\0{digest}\n".encode())
    return whole.hexdigest()[:DIGITS]
