"""For how many days each kind of data is kept: part of the settings, read once. 0: for ever."""

from environs import Env, validate

env = Env()
_DAYS = validate.Range(0, 36_500)

CONVERSATIONS_KEPT_DAYS = env.int("CONVERSATIONS_KEPT_DAYS", 0, validate=_DAYS)
NOTICES_KEPT_DAYS = env.int("NOTICES_KEPT_DAYS", 30, validate=_DAYS)
LOGS_KEPT_DAYS = env.int("LOGS_KEPT_DAYS", 30, validate=_DAYS)
SAMPLES_KEPT_DAYS = env.int("SAMPLES_KEPT_DAYS", 0, validate=_DAYS)
CACHES_KEPT_DAYS = env.int("CACHES_KEPT_DAYS", 30, validate=_DAYS)
