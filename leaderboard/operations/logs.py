"""How a line of the log looks: plain for a person, or JSON for a collector, never with a secret.

Whatever the settings keep secret is blotted out, be it
in the message, in an argument or in a traceback.
"""

import json
import logging
import os
import re
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from evals import tracing

BLOT = "[secret]"
SHORT = 8  # anything shorter would blot out ordinary words
IN_URLS = re.compile(r"(?<=://)([^/\s:@]*):([^/\s@]+)@")
BEARER = re.compile(r"(?i)\b(bearer|basic)\s+\S{6,}")


def configuration(*, level: str, form: str) -> dict[str, Any]:
    """Return what LOGGING is: one handler, and libraries that talk too much made quieter."""
    formatter = {
        "()": f"leaderboard.operations.logs.{form.capitalize()}",
        "format": "{asctime} {levelname} {name}: {message}",
        "style": "{",
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "httpx": {"level": "WARNING"},
            "django.db.backends": {"level": "INFO"},
            "psycopg.pool": {"level": "ERROR"},  # it repeats what each request is told anyway
        },
    }


class Plain(logging.Formatter):
    """A line for a person: time, level, logger, message, and the ids it belongs to."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without secrets."""
        ids = "".join(f" [{name} {value}]" for name, value in tracing.ids().items())
        return redacted(super().format(record)) + ids


class Json(logging.Formatter):
    """A line for a collector: one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object without secrets."""
        moment = datetime.fromtimestamp(record.created, tz=UTC)
        line = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redacted(record.getMessage()),
            "process": record.process,
            **tracing.ids(),
        }
        if record.exc_info:
            line["traceback"] = redacted(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def redacted(text: str) -> str:
    """Return a text without what the settings keep secret."""
    for secret in _secrets():
        text = text.replace(secret, BLOT)
    text = IN_URLS.sub(rf"\1:{BLOT}@", text)
    return BEARER.sub(rf"\1 {BLOT}", text)


def _secrets() -> list[str]:
    known = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS, settings.METRICS_TOKEN]
    known += [os.environ.get(name, "") for name in settings.BASELINE_KEYS.values()]
    known.append(str(settings.DATABASES["default"].get("PASSWORD") or ""))
    return [each for each in known if len(each) >= SHORT]
