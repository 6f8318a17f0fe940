"""A Celery consumer that outlives its broker's moods.

By itself Celery's ends the whole worker on a message that is no message, and where the broker is
full. With it would go the threads that find work without any broker.
"""

from typing import Any

from celery.worker.consumer import Consumer

UNREADABLE = (ValueError, LookupError, TypeError)  # what reading a message from elsewhere raises


class PatientConsumer(Consumer):  # type: ignore[misc]  # Celery has no types
    """Connects anew after what it cannot read; the message is gone by then."""

    def __init__(self, *args: Any, **fields: Any) -> None:
        super().__init__(*args, **fields)
        self.channel_errors = (*self.conninfo.channel_errors, *UNREADABLE)
