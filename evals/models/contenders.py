"""Anything ranked: a model, an adapter on a parent, or an API baseline, pinned to a revision.

An adapter's `parent` is a model or another adapter; the chain down to the model is its stack.
Nothing here reads a file: `evals.inspection` does, before a row exists.
"""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ContenderQuerySet(models.QuerySet["Contender"]):
    """Which contenders: the questions the site asks of the table."""

    def listed(self) -> Self:
        """Return those that visitors may see."""
        return self.filter(is_listed=True)

    def in_tree_order(self) -> Self:
        """Return each model before its adapters, and each parent before its child."""
        return self.order_by("base_id", "depth", "pk")


class Contender(models.Model):
    """One competitor of the board; its identity never changes once created."""

    class Kind(models.TextChoices):
        MODEL = "MODEL", _("Model")
        ADAPTER = "ADAPTER", _("Adapter")
        BASELINE = "BASELINE", _("Baseline")

    class Source(models.TextChoices):
        HUB = "HUB", _("Hub repository")
        DIRECTORY = "DIRECTORY", _("Directory under MODEL_ROOT")
        API = "API", _("OpenAI-compatible API")
        UPLOAD = "UPLOAD", _("Uploaded files")

    class Serving(models.TextChoices):
        """How its weights reach the engine, decided from what the adapter trains."""

        MODEL = "MODEL", _("served as a model")
        CONCATENATED = "CONCATENATED", _("LoRA layers concatenated on the base")
        MERGED = "MERGED", _("merged into the base with PEFT, served as a model")
        API = "API", _("answered by its API")

    class CostEvidence(models.TextChoices):
        UNKNOWN = "UNKNOWN", _("unknown")
        DECLARED = "DECLARED", _("declared by the submitter")
        GPU_HOURS = "GPU_HOURS", _("computed from machine hours")

    slug = models.SlugField(max_length=120, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    base = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="stacked"
    )
    depth = models.PositiveSmallIntegerField(default=0)  # layers above the base

    source = models.CharField(max_length=9, choices=Source.choices)
    locator = models.CharField(max_length=500)  # repository id, path under MODEL_ROOT, or API url
    api_model = models.CharField(max_length=200, blank=True)  # the name that an API knows it by
    revision = models.CharField(max_length=64)  # commit sha, or "sha256:…" prefix of the content
    serving = models.CharField(max_length=12, choices=Serving.choices)

    quantisation = models.CharField(max_length=20, blank=True)  # "awq 4-bit"; empty: as trained
    variant_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="variants"
    )  # what a quantised one was made from

    parameters = models.BigIntegerField(null=True, blank=True)  # own weights; an adapter's: added
    weight_bytes = models.BigIntegerField(null=True, blank=True)
    rank = models.PositiveIntegerField(null=True, blank=True)  # LoRA rank of this layer
    config = models.JSONField(default=dict)  # the facts read from its config files
    licence = models.CharField(max_length=60, blank=True)
    description = models.CharField(max_length=500, blank=True)
    released_at = models.DateField(null=True, blank=True)
    training_cost_usd = models.DecimalField(
        max_digits=14, decimal_places=4, null=True, blank=True
    )  # of this layer alone
    cost_evidence = models.CharField(
        max_length=9, choices=CostEvidence.choices, default=CostEvidence.UNKNOWN
    )
    price_usd_per_million_tokens = models.DecimalField(
        max_digits=12, decimal_places=4, null=True, blank=True
    )  # an API's list price
    is_listed = models.BooleanField(default=True)
    is_in_arena = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = ContenderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "locator", "revision", "api_model"],
                condition=Q(parent=None),
                name="contender_once_per_revision",
            ),
            models.UniqueConstraint(
                fields=["source", "locator", "revision", "parent"],
                condition=Q(parent__isnull=False),
                name="layer_once_per_parent",
            ),
            models.CheckConstraint(
                condition=~Q(kind="ADAPTER") | Q(parent__isnull=False, base__isnull=False),
                name="adapter_names_its_parent",
            ),
            models.CheckConstraint(
                condition=Q(kind="ADAPTER") | Q(parent=None, base=None),
                name="only_an_adapter_has_a_parent",
            ),
            models.CheckConstraint(condition=~Q(parent=F("pk")), name="not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    def root(self) -> Contender:
        """Return the model that serves this contender: its base, or itself."""
        return self.base or self

    def stack(self) -> list[Contender]:
        """Return the chain from the model up to this contender; one query a layer."""
        chain = [self]
        while (below := chain[0].parent) is not None:
            chain.insert(0, below)
        return chain
