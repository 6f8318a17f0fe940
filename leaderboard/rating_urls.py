"""The addresses of the ratings."""

from django.urls import path

from leaderboard.views import ratings

urlpatterns = [
    path("ratings/", ratings.index, name="rating-list"),
    path("ratings.<slug:kind>", ratings.export, name="rating-export"),
    path("ratings/matrix/", ratings.matrix, name="rating-matrix"),
    path("ratings/pairs/", ratings.pairs, name="pair-list"),
    path("ratings/history/<slug:slug>/", ratings.history, name="rating-history"),
]
