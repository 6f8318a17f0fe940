"""The addresses of those who look closer: questions behind a score."""

from django.urls import include, path

from leaderboard.views import samples

sample_urls = [
    path("", samples.browse, name="sample-list"),
    path("<slug:benchmark>.parquet", samples.download, name="sample-download"),
]
urlpatterns = [path("contenders/<slug:slug>/samples/", include(sample_urls))]
