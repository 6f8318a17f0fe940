"""A contender's files on this machine, at exactly the revision that was submitted."""

from pathlib import Path

from django.utils.translation import gettext as _

from evals import directories, hub, uploads
from evals.models import Contender
from evals.problems import Refused, Unavailable


def fetch(contender: Contender) -> Path:
    """Return the directory with a contender's own files, downloading them where needed.

    Raise `Unavailable` where they are gone, changed, or the hub does not answer.
    """
    if contender.source == Contender.Source.HUB:
        return hub.download(contender.locator, revision=contender.revision)
    if contender.source in (Contender.Source.DIRECTORY, Contender.Source.UPLOAD):
        return _unchanged(contender)
    raise Unavailable(
        "NO_FILES", _("%(name)s is asked over its API and has no files.") % {"name": contender.name}
    )


def _unchanged(contender: Contender) -> Path:
    try:
        is_upload = contender.source == Contender.Source.UPLOAD
        look = uploads.look_up if is_upload else directories.look_in
        directory = look(contender.locator)
    except Refused as refusal:
        problem = refusal.problems[0]
        raise Unavailable(problem.code, problem.sentence) from refusal
    if directory.revision != contender.revision:
        raise Unavailable(
            "CONTENT_CHANGED",
            _(
                "The files of %(name)s have changed since they were submitted: submit the "
                "directory again to rank its new content."
            )
            % {"name": contender.name},
        )
    return directory.path
