"""The cache that survives Valkey: while it is away, this process remembers for itself.

What is kept here is only worth having, never needed: counts of failed sign-ins above all. So an
outage must neither lock people out nor let guesses go uncounted.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
OPERATIONS = ("add", "get", "set", "touch", "delete", "get_many", "has_key", "incr", "set_many")


class ValkeyOrMemory(RedisCache):
    """Django's Redis cache; an operation that cannot reach it is done in memory."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.memory = LocMemCache("valkey-is-away", {})


def _survivor(name: str) -> Callable[..., Any]:
    def operation(self: ValkeyOrMemory, *args: Any, **fields: Any) -> Any:
        try:
            return getattr(RedisCache, name)(self, *args, **fields)
        except (RedisError, OSError) as error:
            logger.warning("The cache is away, so this process remembers alone: %s", error)
            return getattr(self.memory, name)(*args, **fields)

    operation.__name__ = name
    return operation


for each in OPERATIONS:
    setattr(ValkeyOrMemory, each, _survivor(each))
