"""The addresses of those who look closer, and of a person's own page."""

from django.urls import include, path

from leaderboard.views import compare, explanations, feed, me, samples

sample_urls = [
    path("", samples.browse, name="sample-list"),
    path("<slug:benchmark>.parquet", samples.download, name="sample-download"),
]
my_urls = [
    path("", me.index, name="me"),
    path("tokens/", me.make_token, name="token-make"),
    path("tokens/<int:token_id>/revoke/", me.revoke_token, name="token-revoke"),
    path("notices/", me.choose_notices, name="me-notices"),
    path("sign-out-everywhere/", me.sign_out_everywhere, name="session-end-all"),
    path("delete/", me.delete, name="me-delete"),
    path("forget/", me.forget_browser, name="me-forget"),
]
urlpatterns = [
    path("me/", include(my_urls)),
    path("contenders/<slug:slug>/samples/", include(sample_urls)),
    path("help/", explanations.index, name="help-list"),
    path("help/<slug:topic>/", explanations.detail, name="help-detail"),
    path("feed.atom", feed.FirstPlaces(), name="feed"),
    path("compare/", compare.compare, name="compare"),
]
