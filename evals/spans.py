"""Spans for OpenTelemetry, where TELEMETRY_URL names a collector; without it nothing is imported.

A span is one piece of work: a request, a task, a call of an engine. It carries the ids that the
log carries. A trace goes on over the broker, because a bell takes `carried()` along.
"""

import importlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from evals import tracing

NAME = "pound-for-pound"
VARIABLE = "TELEMETRY_URL"  # read where the first span begins, in every process
Carried = Mapping[str, str]


def is_on() -> bool:
    """Say whether spans are sent anywhere."""
    return _tracer() is not None


@contextmanager
def span(name: str, *, kind: str = "INTERNAL", **told: object) -> Iterator[None]:
    """Have a piece of work be a span, with what is bound for the log; nothing where it is off."""
    tracer = _tracer()
    if tracer is None:
        yield
        return
    trace = importlib.import_module("opentelemetry.trace")
    attributes = {f"p4p.{key}": str(value) for key, value in (tracing.ids() | told).items()}
    kinds = trace.SpanKind
    with tracer.start_as_current_span(name, kind=kinds[kind], attributes=attributes):
        yield


def carried() -> Carried:
    """Return what continues the present trace elsewhere: W3C's traceparent; nothing when off."""
    if _tracer() is None:
        return {}
    carrier: dict[str, str] = {}
    importlib.import_module("opentelemetry.propagate").inject(carrier)
    return carrier


@contextmanager
def continued(carrier: Carried) -> Iterator[None]:
    """Go on with a trace that began elsewhere."""
    if _tracer() is None or not carrier:
        yield
        return
    context = importlib.import_module("opentelemetry.context")
    propagate = importlib.import_module("opentelemetry.propagate")
    token = context.attach(propagate.extract(dict(carrier)))
    try:
        yield
    finally:
        context.detach(token)


def flush() -> None:
    """Send what waits to be sent; at the end of a process the SDK does it by itself."""
    if _tracer() is not None:
        importlib.import_module("opentelemetry.trace").get_tracer_provider().force_flush()


@cache
def _tracer() -> Any:
    """Return what makes spans, or None where it is off."""
    url = os.environ.get(VARIABLE, "").rstrip("/")
    if not url:
        return None
    sdk = importlib.import_module("opentelemetry.sdk.trace")
    resources = importlib.import_module("opentelemetry.sdk.resources")
    batches = importlib.import_module("opentelemetry.sdk.trace.export")
    otlp = importlib.import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    named = resources.Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", NAME)})
    provider = sdk.TracerProvider(resource=named)
    exporter = otlp.OTLPSpanExporter(endpoint=f"{url}/v1/traces")
    provider.add_span_processor(batches.BatchSpanProcessor(exporter))
    importlib.import_module("opentelemetry.trace").set_tracer_provider(provider)
    return provider.get_tracer(NAME)
