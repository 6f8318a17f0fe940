"""The addresses where the human half shows its books: one's own votes, the public changelog."""

from django.urls import path

from leaderboard.views import events, votes

urlpatterns = [
    path("arena/votes/", votes.index, name="vote-list"),
    path("changelog/", events.index, name="event-list"),
]
