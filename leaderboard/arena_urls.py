"""The addresses of the arena."""

from django.urls import include, path

from leaderboard.views import arena, named, streams, talks

battle_urls = [
    path("", arena.battle, name="battle-detail"),
    path("vote/", arena.vote, name="battle-vote"),
    path("turns/", talks.ask, name="battle-ask"),
    path("stop/", talks.stop, name="battle-stop"),
    path("leave/", talks.leave, name="battle-leave"),
    path("reasons/", talks.explain, name="battle-explain"),
    path("share/", talks.share, name="battle-share"),
    path("erase/", talks.erase, name="battle-erase"),
    path("stream/", streams.stream, name="battle-stream"),
]
urlpatterns = [
    path("arena/", arena.arena, name="arena"),
    path("arena/next/", arena.next_battle, name="battle-next"),
    path("arena/prepared/", arena.prepared, name="battle-prepared"),
    path("arena/surprise/", arena.surprise, name="battle-surprise"),
    path("arena/side-by-side/", named.side_by_side, name="side-by-side"),
    path("arena/chat/", named.chat, name="chat"),
    path("arena/shared/<str:key>/", talks.shared, name="battle-shared"),
    path("arena/battles/<uuid:battle_id>/", include(battle_urls)),
]
