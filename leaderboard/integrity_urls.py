"""The addresses where the human half shows its books: one's own votes, the public changelog."""

from django.urls import path

from leaderboard.views import events, exports, votes

urlpatterns = [
    path("arena/votes/", votes.index, name="vote-list"),
    path("arena/votes/consent/", exports.consent, name="vote-consent"),
    path("exports/", exports.index, name="export-list"),
    path("exports/<slug:what>.<slug:form>", exports.file, name="export-file"),
    path("changelog/", events.index, name="event-list"),
]
