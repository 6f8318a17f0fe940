"""Staff can look at everything in the arena and rewrite nothing that was said."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from arena.models import Vote
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client, settings: Settings, tmp_path: Path) -> Client:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.STATIC_ROOT = tmp_path
    client.force_login(User.objects.create_superuser("ada", password="x"))
    return client


class TestArenaAdmin:
    @pytest.mark.parametrize("page", ["battle", "turn", "vote", "ratingsnapshot", "prompt"])
    def test_lists(self, staff: Client, page: str) -> None:
        factories.vote(factories.battle())
        factories.rating(factories.snapshot(), factories.model())

        assert staff.get(f"/admin/arena/{page}/").status_code == 200

    def test_shows_a_vote_without_a_way_to_change_it(self, staff: Client) -> None:
        vote = factories.vote(factories.battle(), "A")

        staff.post(f"/admin/arena/vote/{vote.pk}/change/", {"choice": "B"})
        staff.post(f"/admin/arena/vote/{vote.pk}/delete/", {"post": "yes"})

        assert Vote.objects.get().choice == "A"
