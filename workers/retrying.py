"""When to try again what has failed: sooner where a run waits, never in a tight circle."""

from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_S = 10.0
LONGEST_URGENT_S = 60.0
LONGEST_S = 600.0
USERS_FAULT_S = 60.0  # it will not go away by itself


@dataclass(frozen=True, slots=True)
class Failure:
    """How often something has failed in a row, and when it last did."""

    count: int
    at: datetime
    is_users: bool


class Patience:
    """What has failed, by contender."""

    def __init__(self) -> None:
        self._failures: dict[int, Failure] = {}

    def failed(self, key: int, *, is_users: bool, now: datetime) -> None:
        """Note one more failure."""
        earlier = self._failures.get(key)
        self._failures[key] = Failure(earlier.count + 1 if earlier else 1, now, is_users)

    def succeeded(self, key: int) -> None:
        """Forget the failures."""
        self._failures.pop(key, None)

    def is_due(self, key: int, *, urgent: bool, now: datetime) -> bool:
        """Say whether to try (again)."""
        if (failure := self._failures.get(key)) is None:
            return True
        pause_s = FIRST_S * 3 ** (failure.count - 1)
        if failure.is_users:
            pause_s = max(pause_s, USERS_FAULT_S)
        longest_s = LONGEST_URGENT_S if urgent else LONGEST_S
        return now >= failure.at + timedelta(seconds=min(pause_s, longest_s))
