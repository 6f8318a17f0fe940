"""Repositories of the model hub: resolved to a commit, listed and read without downloading weights.

Every failure of the hub stops here and becomes a refusal or, for a pinned contender whose files
are wanted later, `Unavailable`. Only `download` writes to the disk.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

import httpx
from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from huggingface_hub import HfApi, errors, hf_hub_url
from huggingface_hub.hf_api import ModelInfo
from huggingface_hub.utils import (  # type: ignore[attr-defined]  # documented, not annotated
    build_hf_headers,
    get_session,
    hf_raise_for_status,
)

from evals import downloads, headers
from evals.problems import Problem, Refused, Unavailable, refuse

TIMEOUT_S = 10
STREAM_TIMEOUT_S = 30  # without a byte
SNAPSHOTS, PARTS = "snapshots", "parts"
FILES_MAX = 5_000
WANTED = (".safetensors", ".json", ".jinja", ".model", ".txt")  # no code, no pickles


@dataclass(frozen=True, slots=True)
class Repository:
    """One commit of one repository."""

    locator: str
    revision: str
    sizes: Mapping[str, int]
    licence: str
    hashes: Mapping[str, str] = field(default_factory=dict)  # sha256 of large files, by name

    @contextmanager
    def opened(self, path: str, start: int) -> Iterator[httpx.Response]:
        """Stream a file from a byte on; the sender may begin anew, and then says so."""
        url = hf_hub_url(self.locator, path, revision=self.revision, endpoint=settings.HUB_URL)
        headers = build_hf_headers() | {"accept-encoding": "identity"}
        if start:
            headers |= {"range": f"bytes={start}-"}
        with get_session().stream(
            "GET", url, headers=headers, timeout=STREAM_TIMEOUT_S, follow_redirects=True
        ) as response:
            if response.is_error:
                response.read()
            hf_raise_for_status(response)
            yield response

    def read(self, path: str, start: int, length: int) -> bytes:
        """Return a part of a file, and stop reading where it should end."""
        url = hf_hub_url(self.locator, path, revision=self.revision, endpoint=settings.HUB_URL)
        headers = build_hf_headers() | {
            "range": f"bytes={start}-{start + length - 1}",
            "accept-encoding": "identity",
        }
        content = bytearray()
        with (
            _refusals(self.locator, self.revision),
            get_session().stream(
                "GET", url, headers=headers, timeout=TIMEOUT_S, follow_redirects=True
            ) as response,
        ):
            if response.is_error:
                response.read()
            hf_raise_for_status(response)
            wanted = (
                length if response.status_code == httpx.codes.PARTIAL_CONTENT else start + length
            )
            for piece in response.iter_bytes():
                content += piece
                if len(content) >= wanted:
                    break
        return bytes(content[wanted - length : wanted])


def look_up(repo_id: str, *, revision: str) -> Repository:
    """Return the repository at the commit that a branch, a tag or a commit names now."""
    api = HfApi(endpoint=settings.HUB_URL)
    with _refusals(repo_id, revision):
        info = api.model_info(
            repo_id, revision=revision or None, timeout=TIMEOUT_S, files_metadata=True
        )
    return _repository(info)


def download(repo_id: str, *, revision: str) -> Path:
    """Return a local copy of the files that engines read; never code, never pickles.

    What was begun goes on where it stopped. Weights that have arrived damaged are thrown away, so
    that the next try fetches them anew.
    """
    try:
        repository = look_up(repo_id, revision=revision)
        with _refusals(repo_id, revision):
            folder = _fetch_all(repository)
        _check_once(folder, repository, done=folder_of(repo_id) / f".whole-{revision}")
    except Refused as refusal:
        problem = refusal.problems[0]
        is_corrupt = problem.code == "CORRUPT_WEIGHTS"
        if is_corrupt:
            shutil.rmtree(folder_of(repo_id), ignore_errors=True)
        is_transient = is_corrupt or problem.code == "HUB_UNREACHABLE"
        raise Unavailable(problem.code, problem.sentence, is_transient=is_transient) from refusal
    return folder


def _fetch_all(repository: Repository) -> Path:
    """Have every wanted file of a commit here, each begun where an earlier try has stopped."""
    home = folder_of(repository.locator)
    folder, parts = home / SNAPSHOTS / repository.revision, home / PARTS / repository.revision
    for name, size in repository.sizes.items():
        if _is_wanted(name):
            opened = partial(repository.opened, name)
            try:
                downloads.fetch(folder / name, part=parts / name, size=size, opened=opened)
            except downloads.WrongSize as error:
                raise _damaged(name) from error
    return folder


def _check_once(folder: Path, repository: Repository, *, done: Path) -> None:
    """Check what has been downloaded before its first use: reading it all takes seconds."""
    if not done.exists():
        _check_whole(folder, repository)
        done.touch()


def _check_whole(folder: Path, repository: Repository) -> None:
    """Refuse weights that are not what the repository lists, or not what their headers say."""
    for name, size in repository.sizes.items():
        if _is_wanted(name) and name.endswith(".safetensors"):
            path = folder / name
            if path.stat().st_size != size:
                raise _damaged(name)
            with path.open("rb") as file:
                listed = repository.hashes.get(name)  # None: too small for the hub to have one
                if listed and hashlib.file_digest(file, "sha256").hexdigest() != listed:
                    raise _damaged(name)
                headers.read(path=name, size=size, fetch=partial(_part, file))


def _part(file: BinaryIO, start: int, length: int) -> bytes:
    file.seek(start)
    return file.read(length)


def folder_of(repo_id: str) -> Path:
    """Return where the cache keeps a repository."""
    return Path(settings.VAR_DIR, "hub", f"models--{repo_id.replace('/', '--')}")


def arrived_bytes(repo_id: str, *, revision: str) -> int:
    """Return how much of a commit's weights lies here, unfinished files included."""
    found = 0
    for folder in (SNAPSHOTS, PARTS):
        for path in (folder_of(repo_id) / folder / revision).glob("*.safetensors"):
            with suppress(FileNotFoundError):  # it has just got its final name
                found += path.stat().st_size
    return found


def _damaged(name: str) -> Refused:
    sentence = f"{name} arrived damaged and was thrown away: it is fetched again."
    return refuse("locator", "CORRUPT_WEIGHTS", sentence)


def _is_wanted(name: str) -> bool:
    return "/" not in name and name.endswith(WANTED)


def _repository(info: ModelInfo) -> Repository:
    siblings = info.siblings or []
    if info.sha is None or len(siblings) > FILES_MAX:
        raise refuse(
            "locator",
            "TOO_MANY_FILES",
            _("That repository has no commit, or more than %(most)s files: submit another.")
            % {"most": number_format(FILES_MAX, force_grouping=True)},
        )
    card = info.card_data
    licence = card.get("license") if card else None
    return Repository(
        locator=info.id,
        revision=info.sha,
        sizes={sibling.rfilename: sibling.size or 0 for sibling in siblings},
        licence=licence if isinstance(licence, str) else "",
        hashes={each.rfilename: each.lfs.sha256 for each in siblings if each.lfs},
    )


@contextmanager
def _refusals(repo_id: str, revision: str) -> Iterator[None]:
    """Turn what the hub answers into a sentence for the person who asked."""
    try:
        yield
    except errors.GatedRepoError as error:
        raise _gated(repo_id) from error
    except (errors.RepositoryNotFoundError, errors.DisabledRepoError) as error:
        raise _not_found(repo_id) from error
    except errors.RevisionNotFoundError as error:
        raise _no_revision(repo_id, revision) from error
    except errors.EntryNotFoundError as error:
        raise refuse(
            "locator",
            "NOT_FOUND",
            _("A file of %(repo_id)s has gone from the hub: submit it again.")
            % {"repo_id": repo_id},
        ) from error
    except errors.HfHubHTTPError as error:
        raise _status_refusal(repo_id, revision, error.response.status_code) from error
    except (httpx.HTTPError, errors.LocalEntryNotFoundError) as error:
        raise _unreachable() from error
    except OSError as error:
        if "onsistency" not in str(error):  # how the hub's client says that a size is wrong
            raise
        raise _damaged(repo_id) from error


def _status_refusal(repo_id: str, revision: str, status: int) -> Refused:
    answers: dict[int, Callable[[], Refused]] = {
        400: lambda: _no_revision(repo_id, revision),
        401: lambda: _not_found(repo_id),
        403: lambda: _gated(repo_id),
        404: lambda: _not_found(repo_id),
    }
    return answers.get(status, _unreachable)()


def _gated(repo_id: str) -> Refused:
    return refuse(
        "locator",
        "GATED",
        _(
            "%(repo_id)s is gated: accept its terms on the hub with the account whose "
            "token this site uses (HF_TOKEN), then submit again."
        )
        % {"repo_id": repo_id},
    )


def _not_found(repo_id: str) -> Refused:
    return refuse(
        "locator",
        "NOT_FOUND",
        _(
            "The hub knows no public model repository %(repo_id)s: check the spelling, and "
            "that it is neither private nor a dataset nor a space."
        )
        % {"repo_id": repo_id},
    )


def _no_revision(repo_id: str, revision: str) -> Refused:
    sentence = _(
        "%(repo_id)s has no branch, tag or commit %(revision)s: leave it empty for the latest."
    ) % {"repo_id": repo_id, "revision": repr(revision)}
    return refuse("revision", "REVISION_NOT_FOUND", sentence)


def _unreachable() -> Refused:
    sentence = _("The model hub does not answer just now: try again in a few minutes.")
    return Refused(Problem("locator", "HUB_UNREACHABLE", sentence), status=503)
