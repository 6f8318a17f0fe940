"""Every address of the site; names are noun-verb or noun-list."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from leaderboard.views import (
    board,
    charts,
    contenders,
    design,
    importing,
    operations,
    queue,
    submissions,
)
from leaderboard.web import languages

submission_urls = [
    path("", submissions.detail, name="submission-detail"),
    path("cancel/", submissions.cancel, name="submission-cancel"),
    path("results.json", submissions.results, name="submission-results"),
    path("resume/", submissions.resume, name="submission-resume"),
    path("rerun/", submissions.rerun, name="submission-rerun"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", board.index, name="board"),
    path("board.<slug:kind>", board.export, name="board-export"),
    path("contenders/<slug:slug>/", contenders.detail, name="contender-detail"),
    path("contenders/<slug:slug>/badge.svg", contenders.badge, name="contender-badge"),
    path("contenders/<slug:slug>/import/", importing.new, name="result-import"),
    path("design/", design.index, name="design"),
    path("charts/", charts.index, name="chart-list"),
    path("queue/", queue.index, name="queue"),
    path("charts/<slug:kind>/", charts.index, name="chart-detail"),
    path("charts/<slug:kind>.csv", charts.data, name="chart-data"),
    path("submissions/", submissions.index, name="submission-list"),
    path("submissions/new/", submissions.new, name="submission-new"),
    path("submissions/check/", submissions.check, name="submission-check"),
    path("submissions/<uuid:submission_id>/", include(submission_urls)),
    path("", include("leaderboard.integrity_urls")),
    path("", include("leaderboard.arena_urls")),
    path("", include("leaderboard.moderation_urls")),
    path("", include("leaderboard.rating_urls")),
    path("", include("leaderboard.reading_urls")),
    path("language/", languages.choose, name="language"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("leaderboard.api.urls")),
    path("admin/", admin.site.urls),
    path("healthz", operations.alive, name="health-alive"),
    path("readyz", operations.ready, name="health-ready"),
    path("metrics", operations.numbers, name="metric-list"),
    path("policy-reports/", operations.take_policy_report, name="policy-report"),
]
handler400 = "leaderboard.views.pages.refused"
handler403 = "leaderboard.views.pages.denied"
handler404 = "leaderboard.views.pages.not_found"
