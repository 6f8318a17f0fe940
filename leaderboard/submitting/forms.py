"""The form that asks for a contender: its words, its hints, and the order it makes.

It knows which fields a kind has and what they look like. Whether an order can be accepted is
decided by `evals.submissions`; its refusals are shown at the field they belong to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from evals.models import Contender
from evals.notices import Wishes
from evals.orders import Order
from evals.problems import Problem

LAYOUT = (  # the groups of the form, and which fields share a line
    (
        gettext_noop("Where it is"),
        [["parent_slug"], ["source", "locator"], ["uploaded"], ["revision"], ["variant_of_slug"]],
    ),
    (gettext_noop("How it is measured"), [["suite"]]),
    (gettext_noop("About it"), [["name", "licence"], ["description"], ["released_at"]]),
    (gettext_noop("What it cost"), [["training_cost_usd", "cost_evidence"]]),
    (gettext_noop("When it ends"), [["webhook_url"], ["wants_email"]]),
)
BASELINE_LAYOUT = (
    (gettext_noop("Where it is"), [["locator"], ["api_model", "price_usd_per_million_tokens"]]),
    (gettext_noop("How it is measured"), [["suite"]]),
    (gettext_noop("About it"), [["name", "licence"], ["description"], ["released_at"]]),
    (gettext_noop("When it ends"), [["webhook_url"], ["wants_email"]]),
)
ABSENT = {  # what a kind does not have
    "ADAPTER": ("variant_of_slug",),
    "MODEL": ("parent_slug", "uploaded"),
}
UPLOAD = (Contender.Source.UPLOAD.value, gettext_lazy("Upload from this computer"))
PLACES = [
    (Contender.Source.HUB.value, gettext_lazy("Hub repository")),
    (Contender.Source.DIRECTORY.value, gettext_lazy("Directory on this machine")),
]


NOT_OF_THE_ORDER = ("uploaded", "suite", "webhook_url", "wants_email")


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together, line by line."""

    title: str
    lines: list[list[forms.BoundField]]

    @property
    def is_optional(self) -> bool:
        """Say whether all of it may stay empty."""
        return not any(each.field.required for line in self.lines for each in line)

    @property
    def has_errors(self) -> bool:
        """Say whether something in it must be mended."""
        return any(each.errors for line in self.lines for each in line)


class SeveralFiles(forms.ClearableFileInput):
    """A choice of several files at once."""

    allow_multiple_selected = True


class Files(forms.FileField):
    """Several files; their content is looked at where they are kept."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:  # noqa: ARG002 - Django's
        """Return them as a list."""
        return [each for each in data or [] if each]


class SubmissionForm(forms.Form):
    """Everything an order may say; each kind keeps the fields it has."""

    parent_slug = forms.CharField(
        label=gettext_lazy("Stands on"),
        widget=forms.Select,
        help_text=gettext_lazy("The model it was trained on, or the adapter it is stacked on."),
    )
    source = forms.CharField(label=gettext_lazy("Where it is"), widget=forms.Select(choices=PLACES))
    locator = forms.CharField(
        required=False,
        label=gettext_lazy("Repository or directory"),
        help_text=gettext_lazy(
            "owner/name on the hub, or a path relative to MODEL_ROOT. Safetensors only; "
            "nothing that needs its own code to load."
        ),
        widget=forms.TextInput(attrs={"list": "directories", "autocapitalize": "none"}),
    )
    uploaded = Files(
        required=False,
        label=gettext_lazy("Files"),
        help_text=gettext_lazy(
            "Only for an upload: adapter_config.json and adapter_model.safetensors as PEFT "
            "saves them, and a README.md if there is one. No archives."
        ),
        widget=SeveralFiles(attrs={"accept": ".json,.safetensors,.md"}),
    )
    variant_of_slug = forms.CharField(
        required=False,
        label=gettext_lazy("Quantised from"),
        widget=forms.Select,
        help_text=gettext_lazy(
            "The model whose weights were made smaller: AWQ, GPTQ, bitsandbytes or "
            "compressed-tensors, as its config.json says."
        ),
    )
    revision = forms.CharField(
        required=False,
        label=gettext_lazy("Revision"),
        help_text=gettext_lazy(
            "A branch, a tag or a commit. It is pinned to the commit it means today."
        ),
    )
    api_model = forms.CharField(
        label=gettext_lazy("Model name"),
        help_text=gettext_lazy("The name that the API knows it by, such as heron-large."),
    )
    price_usd_per_million_tokens = forms.DecimalField(
        required=False,
        label=gettext_lazy("List price"),
        help_text=gettext_lazy("Dollars for a million generated tokens."),
    )
    name = forms.CharField(
        required=False,
        label=gettext_lazy("Name on the board"),
        help_text=gettext_lazy("Left empty, the repository's name."),
    )
    description = forms.CharField(
        required=False,
        label=gettext_lazy("In one sentence"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("What it is good at, what it was trained on."),
    )
    licence = forms.CharField(
        required=False,
        label=gettext_lazy("Licence"),
        help_text=gettext_lazy("Left empty, the model card's."),
    )
    released_at = forms.DateField(
        required=False,
        label=gettext_lazy("Released on"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    training_cost_usd = forms.DecimalField(
        required=False,
        label=gettext_lazy("Training cost"),
        help_text=gettext_lazy("Dollars for this layer alone; the board adds up the stack."),
    )
    cost_evidence = forms.CharField(
        required=False,
        label=gettext_lazy("How it is known"),
        widget=forms.Select(choices=Contender.CostEvidence.choices),
    )

    suite = forms.CharField(
        required=False,
        label=gettext_lazy("Suite"),
        widget=forms.Select,
        help_text=gettext_lazy(
            "Scores are compared within a suite: take the one that its rivals were measured on."
        ),
    )
    webhook_url = forms.CharField(
        required=False,
        label=gettext_lazy("Webhook"),
        help_text=gettext_lazy(
            "An address that is told by a signed POST; the submission's page shows how to "
            "check the signature."
        ),
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    wants_email = forms.BooleanField(
        required=False,
        label=gettext_lazy("Send me an e-mail"),
        help_text=gettext_lazy("To the address of your account."),
    )

    def __init__(
        self,
        *args: Any,
        kind: str,
        parents: Iterable[tuple[str, str]],
        suites: Iterable[tuple[str, str]] = (),
        has_email: bool = False,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.layout = BASELINE_LAYOUT if kind == "BASELINE" else LAYOUT
        absent = ABSENT.get(kind, ())
        wanted = {name for _, lines in self.layout for line in lines for name in line}
        for name in set(self.fields) - wanted | set(absent):
            self.fields.pop(name, None)
        if not has_email:
            del self.fields["wants_email"]
        self.fields["locator"].required = kind != "ADAPTER"  # an adapter's files may come along
        self._offer(list(parents), list(suites))
        if kind == "BASELINE":
            self.fields["locator"].label = _("Address of the API")
            self.fields["locator"].help_text = _("OpenAI-compatible, such as https://host/v1.")
            del self.fields["locator"].widget.attrs["list"]

    def _offer(self, parents: list[tuple[str, str]], suites: list[tuple[str, str]]) -> None:
        """Fill the choices that depend on what the site has."""
        choices = {
            "parent_slug": [("", _("Choose…")), *parents],
            "variant_of_slug": [("", _("Nothing: as it was trained")), *parents],
            "source": [*PLACES, UPLOAD] if self.kind == "ADAPTER" else PLACES,
            "suite": suites,
        }
        for name in choices.keys() & self.fields.keys():
            self.fields[name].widget.choices = choices[name]
        if not suites:
            del self.fields["suite"]

    def clean(self) -> dict[str, Any]:
        """Ask for a place, unless the files come along."""
        given = self.cleaned_data
        is_upload = given.get("source") == UPLOAD[0]
        if not given.get("locator") and not is_upload and "locator" not in self.errors:
            self.add_error(
                "locator", ValidationError(_("This field is required."), code="required")
            )
        return given

    def groups(self) -> list[Group]:
        """Return the fields of this kind, as they stand on the page."""
        rows = [
            (title, [[self[name] for name in line if name in self.fields] for line in lines])
            for title, lines in self.layout
        ]
        return [Group(_(title), [line for line in lines if line]) for title, lines in rows]

    def wishes(self) -> Wishes:
        """Return how the person wants to be told."""
        given = self.cleaned_data
        return Wishes(given["webhook_url"], bool(given.get("wants_email")))

    def order(self) -> Order:
        """Return what the person asks for."""
        given = {
            name: value
            for name, value in self.cleaned_data.items()
            if value is not None and name not in NOT_OF_THE_ORDER
        }
        given.setdefault("source", Contender.Source.API)
        if not given.get("cost_evidence"):
            given["cost_evidence"] = Contender.CostEvidence.UNKNOWN
        return Order(kind=self.kind, **given)

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Show each problem at its field, or above the form where it has none."""
        for problem in problems:
            field = problem.field if problem.field in self.fields else None
            self.add_error(field, ValidationError(problem.sentence, code=problem.code))
