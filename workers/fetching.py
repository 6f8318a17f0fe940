"""Have a layer's files here before an engine is waited for, and say meanwhile how far they are.

A download works in a thread of its own, so that a run can be stopped in the middle; what has
arrived stays, and the next who wants it goes on from there.
"""

from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYetDone
from pathlib import Path
from threading import Thread

from django.db import connections

from evals import files, hub, runs
from evals.models import Contender, EvalRun
from workers.holding import Hold

LOOK_S = 1.0
ALMOST = 99  # per cent: the rest is checking


def fetch(*, run: EvalRun, layer: Contender, hold: Hold) -> None:
    """Fetch a layer's files, unchanged; raise `Unavailable`, or whatever ends the hold."""
    hold.check()
    told = f"Fetching the files of {layer.name}"
    runs.tell_stage(run=run, stage=told)
    if layer.source != Contender.Source.HUB:
        files.fetch(layer)
        return
    fetched = _begun(layer)
    while True:
        try:
            fetched.result(LOOK_S)
        except NotYetDone:
            hold.check()
            if (share := _percent(layer)) is not None:
                runs.show_stage(run=run, stage=f"{told}: {share} %")
        else:
            return


def _begun(layer: Contender) -> Future[Path]:
    fetched: Future[Path] = Future()

    def work() -> None:
        try:
            fetched.set_result(files.fetch(layer))
        except BaseException as error:
            fetched.set_exception(error)
        finally:
            connections.close_all()

    Thread(target=work, name=f"fetch-{layer.slug}", daemon=True).start()
    return fetched


def _percent(layer: Contender) -> int | None:
    """Return how much of a layer's weights has arrived; None where their size is not known."""
    if not layer.weight_bytes:
        return None
    arrived = hub.arrived_bytes(layer.locator, revision=layer.revision)
    return min(ALMOST, 100 * arrived // layer.weight_bytes)
