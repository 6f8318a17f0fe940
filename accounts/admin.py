"""What staff see of people: accounts, tokens (never their secrets), and who did what here."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import ApiToken, User

admin.site.register(User, UserAdmin)


class ReadOnly:
    """Rows that nobody makes, changes or deletes by hand."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        """Refuse to make one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        """Refuse to change one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        """Refuse to delete one."""
        return False


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Tokens of everybody; staff can end them."""

    list_display = ("name", "user", "start", "scope_names", "created_at", "last_used_at", "ended")
    list_filter = ("revoked_at",)
    search_fields = ("name", "user__username", "start")
    fields = ("user", "name", "start", "scopes", "created_at", "last_used_at", "revoked_at")
    list_select_related = ("user",)
    actions = ("revoke",)

    @admin.display(boolean=True, description="revoked")
    def ended(self, token: ApiToken) -> bool:
        """Say whether it opens nothing any more."""
        return token.revoked_at is not None

    @admin.action(description="Revoke the chosen tokens", permissions=["view"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        """End tokens that leaked or are misused."""
        ended = tokens.filter(revoked_at=None)
        self.log_change_of(request, list(ended))
        ended.update(revoked_at=timezone.now())

    def log_change_of(self, request: HttpRequest, tokens: list[ApiToken]) -> None:
        """Leave a line in the log for each."""
        for token in tokens:
            self.log_change(request, token, "Revoked.")


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """The audit log: every action of staff in this admin, newest first, kept as it is."""

    list_display = ("action_time", "user", "action", "content_type", "object_repr", "message")
    list_filter = ("action_flag", "content_type", "user")
    search_fields = ("object_repr", "change_message", "user__username")
    date_hierarchy = "action_time"
    list_select_related = ("user", "content_type")

    @admin.display(description="did", ordering="action_flag")
    def action(self, entry: LogEntry) -> str:
        """Return what was done."""
        return str(entry.get_action_flag_display()).lower()

    @admin.display(description="what exactly")
    def message(self, entry: LogEntry) -> str:
        """Return the change in words."""
        return str(entry.get_change_message())
