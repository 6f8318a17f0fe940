"""Prompts worth asking: suggestions on the page, and the sets that prepared battles are made of."""

from typing import Self

from django.db import models


class PromptSet(models.Model):
    """A named list of prompts."""

    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    is_offered = models.BooleanField(default=True, db_default=True)  # suggested, and prepared

    def __str__(self) -> str:
        return self.title


class PromptQuerySet(models.QuerySet["Prompt"]):
    """Which prompts."""

    def offered(self) -> Self:
        """Return those of sets that are suggested and prepared."""
        return self.filter(prompt_set__is_offered=True)


class Prompt(models.Model):
    """One prompt of a set, with its theme."""

    prompt_set = models.ForeignKey(PromptSet, on_delete=models.CASCADE, related_name="prompts")
    theme = models.CharField(max_length=40)
    text = models.TextField()

    objects = PromptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prompt_set", "text"], name="prompt_once_per_set"),
        ]

    def __str__(self) -> str:
        return self.text[:60]
