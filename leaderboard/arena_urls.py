"""The addresses of the arena."""

from django.urls import include, path

from leaderboard.views import arena, streams

battle_urls = [
    path("", arena.battle, name="battle-detail"),
    path("vote/", arena.vote, name="battle-vote"),
    path("stream/", streams.stream, name="battle-stream"),
]
urlpatterns = [
    path("arena/", arena.arena, name="arena"),
    path("arena/next/", arena.next_battle, name="battle-next"),
    path("arena/prepared/", arena.prepared, name="battle-prepared"),
    path("arena/surprise/", arena.surprise, name="battle-surprise"),
    path("arena/battles/<uuid:battle_id>/", include(battle_urls)),
]
