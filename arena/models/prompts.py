"""Prompts worth asking: suggestions on the page, and the sets that prepared battles are made of."""

from django.db import models


class PromptSet(models.Model):
    """A named list of prompts."""

    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.title


class Prompt(models.Model):
    """One prompt of a set, with its theme."""

    prompt_set = models.ForeignKey(PromptSet, on_delete=models.CASCADE, related_name="prompts")
    theme = models.CharField(max_length=40)
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prompt_set", "text"], name="prompt_once_per_set"),
        ]

    def __str__(self) -> str:
        return self.text[:60]
