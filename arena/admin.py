"""The arena for staff: everything can be looked up, nothing that was said can be rewritten."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from arena.models import Battle, Prompt, PromptSet, Rating, RatingSnapshot, Response, Turn, Vote

if TYPE_CHECKING:  # Django's classes are generic for the type checker only
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin, TabularInline = admin.ModelAdmin, admin.TabularInline


class ReadOnly:
    """What staff may see but not change."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Battles and votes come from people."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """What was said stays said."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """A vote is never deleted; whether it counts is a rule's decision."""
        return False


class ResponseInline(ReadOnly, TabularInline):
    """The answers of a turn."""

    model = Response


class RatingInline(ReadOnly, TabularInline):
    """The strengths of a snapshot."""

    model = Rating


@admin.register(Battle)
class BattleAdmin(ReadOnly, ModelAdmin):
    """Battles, newest first."""

    list_display = ("id", "state", "contender_a", "contender_b", "is_prepared", "created_at")
    list_filter = ("state", "is_prepared", "policy")
    list_select_related = ("contender_a", "contender_b")
    ordering = ("-created_at", "pk")


@admin.register(Turn)
class TurnAdmin(ReadOnly, ModelAdmin):
    """Prompts with their answers."""

    list_display = ("id", "battle", "number", "prompt", "created_at")
    inlines = (ResponseInline,)
    ordering = ("-pk",)


@admin.register(Vote)
class VoteAdmin(ReadOnly, ModelAdmin):
    """Verdicts, newest first, with why one does not count."""

    list_display = ("id", "battle", "choice", "exclusion", "cast_at")
    list_filter = ("choice", "exclusion")
    ordering = ("-pk",)


@admin.register(RatingSnapshot)
class RatingSnapshotAdmin(ReadOnly, ModelAdmin):
    """Every published fit."""

    list_display = ("id", "created_at", "votes", "policy", "seconds")
    inlines = (RatingInline,)
    ordering = ("-pk",)


@admin.register(PromptSet)
class PromptSetAdmin(ModelAdmin):
    """Named lists of prompts."""

    list_display = ("title", "key")
    ordering = ("key",)


@admin.register(Prompt)
class PromptAdmin(ModelAdmin):
    """Prompts, by set."""

    list_display = ("text", "theme", "prompt_set")
    list_filter = ("prompt_set", "theme")
    ordering = ("prompt_set", "theme", "pk")
