"""A site with votes of a known truth, its ratings published and its votes exported, for a peer.

`benchmarks.export_agreement` runs `make` in a new process whose VAR_DIR is empty. Votes go the
way of the site's own: rows, ledger, groundwork, refresh, and `manage.py export_votes`.
"""

import json
from pathlib import Path

from django.core.management import call_command

from arena import groundwork, ledger, ratings
from arena.models import Rating, Vote
from benchmarks import rating_site, rating_votes

EXCLUDED = 100  # every so many votes one that does not count, and must not be exported


def make(place: str, count: int, contenders: int) -> None:
    """Make it, write both files and our ratings into a directory, and print JSON."""
    call_command("migrate", verbosity=0)
    people = rating_site.contenders(contenders)
    rating_site.store(rating_votes.votes(count, contenders, seed=5).ballots, people)
    for number, vote in enumerate(Vote.objects.counted().order_by("pk")):
        if number % 10 == 0:
            Vote.objects.filter(pk=vote.pk).update(choice="BOTH_BAD")
        if number % EXCLUDED == 1:
            Vote.objects.filter(pk=vote.pk).update(exclusion="STAFF", choice="A")
    ledger.catch_up()
    groundwork.renew(now=rating_site.NOW)
    snapshot = ratings.refresh(now=rating_site.NOW)
    assert snapshot is not None
    for form in ("jsonl", "parquet"):
        call_command("export_votes", Path(place) / f"votes.{form}", verbosity=0)
    published = Rating.objects.filter(snapshot=snapshot)
    ours = published.values_list("contender__slug", "value", "lower")
    Path(place, "ours.json").write_text(json.dumps({slug: rest for slug, *rest in ours}))
    print(json.dumps({"votes": snapshot.votes, "stored": Vote.objects.count()}))
