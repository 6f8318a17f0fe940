"""The addresses of reports, of the staff who decide about them, and of prompt sets."""

from django.urls import path

from leaderboard.views import moderation, prompt_sets, reports

urlpatterns = [
    path("arena/battles/<uuid:battle_id>/report/", reports.battle, name="battle-report"),
    path("arena/shared/<str:key>/report/", reports.shared, name="shared-report"),
    path("moderation/", moderation.queue, name="case-list"),
    path("moderation/battles/<uuid:battle_id>/", moderation.case, name="case-detail"),
    path("moderation/battles/<uuid:battle_id>/decide/", moderation.decide, name="case-decide"),
    path("moderation/prompts/", prompt_sets.index, name="prompt-set-list"),
    path("moderation/prompts/<slug:key>/offer/", prompt_sets.offer, name="prompt-set-offer"),
    path("moderation/rulings/<int:ruling_id>/undo/", moderation.undo, name="ruling-undo"),
]
