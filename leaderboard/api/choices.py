"""How the OpenAPI document names the values that a text can have."""

from django.db.models import TextChoices
from pydantic import JsonValue


def one_of(choices: type[TextChoices]) -> dict[str, JsonValue]:
    """Return the part of a field's schema that lists its values."""
    return {"enum": [str(value) for value in choices.values]}
