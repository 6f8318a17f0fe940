"""The addresses of those who look closer: questions behind a score, contenders side by side."""

from django.urls import include, path

from leaderboard.views import compare, samples

sample_urls = [
    path("", samples.browse, name="sample-list"),
    path("<slug:benchmark>.parquet", samples.download, name="sample-download"),
]
urlpatterns = [
    path("contenders/<slug:slug>/samples/", include(sample_urls)),
    path("compare/", compare.compare, name="compare"),
]
