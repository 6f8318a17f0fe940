"""The arena for staff: everything can be looked up, nothing that was said can be rewritten."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from arena import anomalies
from arena.models import (
    Battle,
    Prompt,
    PromptSet,
    PublicEvent,
    Rating,
    RatingSnapshot,
    Report,
    Response,
    Ruling,
    Suspicion,
    Turn,
    Vote,
)

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


@admin.register(Suspicion)
class SuspicionAdmin(ReadOnly, ModelAdmin):
    """Voters whose votes do not look like a person's: the queue, and both ways out of it."""

    list_display = (
        "voter",
        "state",
        "p_value",
        "votes",
        "left",
        "found_at",
        "reviewed_at",
        "reviewed_by",
    )
    list_filter = ("state",)
    ordering = ("-found_at", "pk")
    actions = ("uphold", "clear")

    def has_review_permission(self, request: HttpRequest) -> bool:
        """Say whether this person may decide."""
        return bool(request.user.has_perm("arena.change_suspicion"))

    @admin.action(description="Uphold: these votes do not count", permissions=["review"])
    def uphold(self, request: HttpRequest, queryset: QuerySet[Suspicion]) -> None:
        """Confirm the findings."""
        self._review(request, queryset, anomalies.uphold)

    @admin.action(description="Clear: these votes count again", permissions=["review"])
    def clear(self, request: HttpRequest, queryset: QuerySet[Suspicion]) -> None:
        """Withdraw the findings."""
        self._review(request, queryset, anomalies.clear)

    def _review(
        self, request: HttpRequest, queryset: QuerySet[Suspicion], decide: Callable[..., None]
    ) -> None:
        reviewer = request.user if isinstance(request.user, User) else None
        for suspicion in queryset:
            decide(suspicion=suspicion, reviewer=reviewer, now=timezone.now())
        self.message_user(request, f"{len(queryset)} reviewed; the changelog says so.")


@admin.register(Report)
class ReportAdmin(ReadOnly, ModelAdmin):
    """What people reported, newest first; it is decided on the page of moderation."""

    list_display = ("reported_at", "reason", "battle", "turn", "side", "words", "ruling")
    list_filter = ("reason",)
    ordering = ("-pk",)


@admin.register(Ruling)
class RulingAdmin(ReadOnly, ModelAdmin):
    """What staff decided, newest first; it is undone on the page of moderation."""

    list_display = ("made_at", "kind", "battle", "reason", "until", "made_by", "undone_at")
    list_filter = ("kind",)
    list_select_related = ("battle", "made_by")
    ordering = ("-pk",)


@admin.register(PublicEvent)
class PublicEventAdmin(ReadOnly, ModelAdmin):
    """The public changelog, newest first."""

    list_display = ("at", "kind", "sentence", "count", "digest")
    list_filter = ("kind",)
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

    list_display = ("title", "key", "is_offered")
    ordering = ("key",)


@admin.register(Prompt)
class PromptAdmin(ModelAdmin):
    """Prompts, by set."""

    list_display = ("text", "theme", "prompt_set")
    list_filter = ("prompt_set", "theme")
    ordering = ("prompt_set", "theme", "pk")
