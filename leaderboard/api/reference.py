"""The API's reference page, made of its own OpenAPI document and of nothing from another host."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

Json = Mapping[str, Any]
REF = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of a shape, or one parameter of an endpoint."""

    name: str
    type: str
    shape: str  # the shape that it refers to, if any
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One status that an endpoint can answer."""

    status: int
    phrase: str
    shape: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one address."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    takes_token: bool
    parameters: tuple[FieldRow, ...]
    body: str  # name of the shape, "" for none
    answers: tuple[AnswerRow, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """One JSON object."""

    name: str
    description: str
    fields: tuple[FieldRow, ...]


class Reference(DocsBase):
    """Renders the reference in the site's own design."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """Return the page."""
        document = json.loads(json.dumps(api.get_openapi_schema(), default=str))
        groups: dict[str, list[Endpoint]] = {}
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                groups.setdefault(operation["tags"][0], []).append(
                    _endpoint(path, method, operation)
                )
        context = {
            "title": api.title,
            "groups": groups,
            "shapes": [_shape(*item) for item in document["components"]["schemas"].items()],
            "openapi_url": self.get_openapi_url(api, kwargs),
        }
        return render(request, "api/reference.html", context)


def _endpoint(path: str, method: str, operation: Json) -> Endpoint:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return Endpoint(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        takes_token="security" in operation,
        parameters=tuple(
            _field(each["name"], each["schema"], is_required=each["required"])
            for each in operation["parameters"]
        ),
        body=_named(body.get("schema", {})),
        answers=tuple(_answer(*item) for item in sorted(operation["responses"].items())),
    )


def _answer(status: str, response: Json) -> AnswerRow:
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    return AnswerRow(int(status), HTTPStatus(int(status)).phrase, _named(schema))


def _shape(name: str, schema: Json) -> Shape:
    required = schema.get("required", ())
    fields = tuple(
        _field(field, facts, is_required=field in required)
        for field, facts in schema.get("properties", {}).items()
    )
    description = schema.get("description", "")
    if "enum" in schema:
        description = _kind(schema)
    return Shape(name, description, fields)


def _field(name: str, schema: Json, *, is_required: bool) -> FieldRow:
    return FieldRow(name, _kind(schema), _named(schema), is_required, schema.get("description", ""))


def _kind(schema: Json) -> str:
    """Return the type of a value as a person would say it."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(REF)
    if "allOf" in schema:
        return _kind(schema["allOf"][0])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(each) for each in schema["anyOf"]))
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_kind(schema['additionalProperties'])}"
    return str(schema.get("format") or schema.get("type") or "any")


def _named(schema: Any) -> str:
    """Return the name of the shape that a schema leads to, or an empty string."""
    if not isinstance(schema, dict):
        return ""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(REF)
    inner = [
        *schema.get("allOf", ()),
        *schema.get("anyOf", ()),
        schema.get("items"),
        schema.get("additionalProperties"),
    ]
    return next(filter(None, map(_named, inner)), "")
