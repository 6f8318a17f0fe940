"""What is kept for how long: each part is looked through, and what has grown too old is let go.

A worker does it once a day, `manage.py apply_retention` when asked. Every part can be done twice
or be interrupted without harm. Nothing that a score, a rating or a running server rests on goes.
"""

import logging
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Max

from arena import erasing
from evals import hub
from evals.models import Contender, Deployment, EvalRun, Notice, Score

logger = logging.getLogger(__name__)

UNUSED_AFTER = timedelta(days=2)  # files that no row knows and nobody has touched for so long
UNFINISHED = ("stacks/.*", "uploads/.arriving-*", "backups/.*", "harness/answers/run-*.sqlite*")


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of data, and how many of it were let go, or would be."""

    name: str
    count: int
    kept_days: int  # 0: for ever


def apply(*, now: datetime, is_dry: bool = False) -> list[Part]:
    """Let go of everything that is too old; with `is_dry` only count it."""
    parts = [
        Part("conversations", _conversations(now, is_dry), settings.CONVERSATIONS_KEPT_DAYS),
        Part("notices", _notices(now, is_dry), settings.NOTICES_KEPT_DAYS),
        Part("logs", _logs(now, is_dry), settings.LOGS_KEPT_DAYS),
        Part("samples", _samples(now, is_dry), settings.SAMPLES_KEPT_DAYS),
        Part("downloads", _downloads(now, is_dry), settings.CACHES_KEPT_DAYS),
        Part("left-over files", _left_over(now, is_dry), UNUSED_AFTER.days),
    ]
    for part in parts:
        if part.count and not is_dry:
            logger.info("Retention let go of %s %s", part.count, part.name)
    return parts


def _conversations(now: datetime, is_dry: bool) -> int:
    before = _before(now, settings.CONVERSATIONS_KEPT_DAYS)
    return erasing.older_than(before, is_dry=is_dry) if before else 0


def _notices(now: datetime, is_dry: bool) -> int:
    """Forget addresses of e-mails and webhooks that were told what they wanted to know."""
    if not (before := _before(now, settings.NOTICES_KEPT_DAYS)):
        return 0
    told = Notice.objects.exclude(state=Notice.State.WAITING).filter(created_at__lt=before)
    return told.count() if is_dry else told.delete()[0]


def _logs(now: datetime, is_dry: bool) -> int:
    if not (before := _before(now, settings.LOGS_KEPT_DAYS)):
        return 0
    return _remove(_older(Path(settings.VAR_DIR, "logs").glob("*"), before), is_dry)


def _samples(now: datetime, is_dry: bool) -> int:
    """Remove the questions of runs that a later run of the same contender and suite replaced."""
    if not (before := _before(now, settings.SAMPLES_KEPT_DAYS)):
        return 0
    done = EvalRun.objects.filter(state=EvalRun.State.SUCCEEDED)
    newest = done.values("contender", "suite").annotate(newest=Max("pk")).values("newest")
    old = Score.objects.exclude(run__in=newest).filter(measured_at__lt=before)
    scores = old.exclude(samples_path="").exclude(run__state__in=EvalRun.UNFINISHED)
    found = list(scores.values_list("pk", "samples_path"))
    if is_dry:
        return len(found)
    Score.objects.filter(pk__in=[pk for pk, _ in found]).update(samples_path="")
    for _, path in found:
        Path(settings.VAR_DIR, path).unlink(missing_ok=True)
    return len(found)


def _downloads(now: datetime, is_dry: bool) -> int:
    """Remove what can be fetched or made again and no server holds: hub copies, joined stacks."""
    if not (before := _before(now, settings.CACHES_KEPT_DAYS)):
        return 0
    held = {hub.folder_of(each) for each in _held_locators()}
    copies = [each for each in Path(settings.VAR_DIR, "hub").glob("models--*") if each not in held]
    is_idle = not Deployment.objects.filter(machine=settings.MACHINE).exists()
    stacks = Path(settings.VAR_DIR, "stacks").glob("[!.]*") if is_idle else ()
    return _remove([*_older(copies, before), *_older(stacks, before)], is_dry)


def _held_locators() -> set[str]:
    """Return the repositories that a server or an unfinished run needs here."""
    wanted = list(Contender.objects.filter(deployments__isnull=False).distinct())
    wanted += Contender.objects.filter(runs__state__in=EvalRun.UNFINISHED).distinct()
    return {layer.locator for each in wanted for layer in each.stack()}


def _left_over(now: datetime, is_dry: bool) -> int:
    """Remove what a crash left half made, and attempts whose questions no score refers to."""
    var, before = Path(settings.VAR_DIR), now - UNUSED_AFTER
    found = [path for pattern in UNFINISHED for path in var.glob(pattern)]
    unfinished = set(EvalRun.objects.unfinished().values_list("pk", flat=True))
    found += [folder for folder in Path(settings.SAMPLES_DIR).glob("run-*-*") if _is_empty(folder)]
    free = [path for path in found if _run_of(path) not in unfinished]
    return _remove(_older(free, before), is_dry)


def _is_empty(folder: Path) -> bool:
    """Say whether no score refers to any file of a folder of samples."""
    inside = f"{folder.relative_to(settings.VAR_DIR).as_posix()}/"
    return not Score.objects.filter(samples_path__startswith=inside).exists()


def _run_of(path: Path) -> int:
    """Return the run that a file is named after; 0 where it is named after none."""
    parts = path.name.replace(".", "-").split("-")
    return int(parts[1]) if parts[0] == "run" and parts[1].isdigit() else 0


def _before(now: datetime, days: int) -> datetime | None:
    return now - timedelta(days=days) if days else None


def _older(paths: Iterable[Path], before: datetime) -> Iterator[Path]:
    """Yield the paths in which nothing was written or read since."""
    for path in paths:
        inside = [path, *path.rglob("*")] if path.is_dir() else [path]
        if max(map(_touched, inside)) < before.timestamp():
            yield path


def _touched(path: Path) -> float:
    """Return when a path was last written or read; a folder is read by whoever looks into it."""
    told = path.lstat()
    return told.st_mtime if path.is_dir() else max(told.st_mtime, told.st_atime)


def _remove(paths: Iterable[Path], is_dry: bool) -> int:
    found = list(paths)
    for path in [] if is_dry else found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(found)
