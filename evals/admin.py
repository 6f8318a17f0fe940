"""The operator's view of contenders, suites and runs: history is read, never rewritten."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from evals import runs, suites
from evals.models import (
    Benchmark,
    Checkpoint,
    Contender,
    Deployment,
    EvalRun,
    Score,
    Submission,
    Suite,
)

if TYPE_CHECKING:  # Django's own classes take no type arguments when they run
    RunAdminBase = admin.ModelAdmin[EvalRun]
    ContenderAdminBase = admin.ModelAdmin[Contender]
    AnyAdmin = admin.ModelAdmin[Model]
    SuiteFormBase = forms.ModelForm[Suite]
    CheckpointInlineBase = admin.TabularInline[Checkpoint, EvalRun]
    ScoreInlineBase = admin.TabularInline[Score, EvalRun]
    BenchmarkInlineBase = admin.TabularInline[Benchmark, Suite]
else:
    RunAdminBase = ContenderAdminBase = AnyAdmin = admin.ModelAdmin
    SuiteFormBase = forms.ModelForm
    CheckpointInlineBase = ScoreInlineBase = BenchmarkInlineBase = admin.TabularInline


class ReadOnly:
    """What the site has measured or been told: shown, never edited here."""

    extra = 0
    can_delete = False

    def has_add_permission(self, *_: Any) -> bool:
        """Say no: operations make these rows."""
        return False

    def has_change_permission(self, *_: Any) -> bool:
        """Say no: history stays."""
        return False

    def has_delete_permission(self, *_: Any) -> bool:
        """Say no: nothing is removed silently."""
        return False


@admin.register(Contender)
class ContenderAdmin(ContenderAdminBase):
    """Contenders may be renamed, described, listed or not; their identity never changes."""

    list_display = ("name", "kind", "source", "serving", "parameters", "is_listed", "is_in_arena")
    list_filter = ("kind", "source", "serving", "is_listed", "is_in_arena")
    list_select_related = ("parent",)
    search_fields = ("name", "slug", "locator", "revision")
    date_hierarchy = "created_at"
    fields = (
        "name", "description", "licence", "released_at",
        "training_cost_usd", "cost_evidence", "price_usd_per_million_tokens",
        "is_listed", "is_in_arena",
        "slug", "kind", "parent", "base", "source", "locator", "api_model", "revision",
        "serving", "rank", "parameters", "weight_bytes", "config", "created_at",
    )  # fmt: skip
    readonly_fields = fields[9:]

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's
        """Say no: contenders come from submissions."""
        return False

    def has_delete_permission(self, *_: Any) -> bool:
        """Say no: unlist it instead, and its history stays."""
        return False


class CheckpointInline(ReadOnly, CheckpointInlineBase):
    """How far each benchmark of a run has come."""

    model = Checkpoint


class ScoreInline(ReadOnly, ScoreInlineBase):
    """What a run measured."""

    model = Score


@admin.register(EvalRun)
class RunAdmin(ReadOnly, RunAdminBase):
    """The queue."""

    list_display = (
        "pk",
        "contender",
        "suite",
        "state",
        "stage",
        "attempt",
        "queued_at",
        "error_code",
    )
    list_filter = ("state", "error_code", "suite")
    list_select_related = ("contender", "suite")
    search_fields = ("contender__name", "contender__slug")
    date_hierarchy = "queued_at"
    actions = ("cancel", "run_again")
    inlines = (CheckpointInline, ScoreInline)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Say whether this person may stop and repeat runs."""
        return request.user.has_perm("evals.change_evalrun")

    @admin.action(description="Cancel", permissions=["operate"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[EvalRun]) -> None:
        """Cancel what is not over."""
        for run in chosen:
            try:
                runs.request_cancel(run=run, now=timezone.now())
            except runs.AlreadyFinished:
                self.message_user(request, f"Run {run.pk} is over.", messages.WARNING)

    @admin.action(description="Run again", permissions=["operate"])
    def run_again(self, request: HttpRequest, chosen: QuerySet[EvalRun]) -> None:
        """Queue a new run beside the old one; the workers find it within their poll."""
        for run in chosen.select_related("contender", "suite"):
            queued = runs.enqueue(contender=run.contender, suite=run.suite, now=timezone.now())
            self.message_user(request, f"{run.contender}: run {queued.pk}.")


class BenchmarkInline(ReadOnly, BenchmarkInlineBase):
    """What a suite measures."""

    model = Benchmark


class SuiteForm(SuiteFormBase):
    """A suite as YAML, as in evals/suites/."""

    yaml = forms.CharField(widget=forms.Textarea(attrs={"rows": 30, "cols": 100}))

    class Meta:
        model = Suite
        fields = ()

    def clean_yaml(self) -> str:
        """Refuse what cannot be measured; load nothing yet."""
        text = str(self.cleaned_data["yaml"])
        try:
            suites.check_text(text, name="This text")
        except suites.SuiteInvalid as error:
            raise ValidationError(str(error)) from error
        return text

    def save(self, commit: bool = True) -> Suite:  # noqa: ARG002 - Django's signature
        """Load it: the same version where nothing has changed."""
        return suites.load_text(self.cleaned_data["yaml"], name="This text")

    def save_m2m(self) -> None:
        """Do nothing: a suite has no such rows."""


@admin.register(Suite)
class SuiteAdmin(ReadOnly, AnyAdmin):
    """Suites are loaded from YAML; an edited one is a new version beside the old."""

    list_display = ("title", "key", "version", "is_current")
    list_filter = ("key", "is_current")
    inlines = (BenchmarkInline,)

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        """Say whether this person may load a suite."""
        return request.user.has_perm("evals.add_suite")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any
    ) -> Any:
        """Return a field for YAML where a suite is added."""
        return super().get_form(request, obj, change, **options) if obj else SuiteForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return what the page shows."""
        return super().get_fields(request, obj) if obj else ("yaml",)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Return the benchmarks of a suite that there is."""
        return super().get_inlines(request, obj) if obj else ()

    def save_model(self, *_: Any) -> None:
        """Do nothing: the form has loaded it."""


@admin.register(Submission)
class SubmissionAdmin(ReadOnly, AnyAdmin):
    """Who asked for what."""

    list_display = ("pk", "contender", "run", "submitter", "created_at")
    list_select_related = ("contender", "run", "submitter")
    search_fields = ("contender__name", "submitter__username")
    date_hierarchy = "created_at"


@admin.register(Deployment)
class DeploymentAdmin(ReadOnly, AnyAdmin):
    """What answers now; the engine pool writes these rows."""

    list_display = ("contender", "machine", "url", "state", "reason", "memory_bytes", "answered_at")
    list_filter = ("state", "machine")
    list_select_related = ("contender",)
