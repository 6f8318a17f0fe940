"""Every setting, read once from the environment; docs/configuration.md describes each name.

The defaults are the embedded ones: SQLite, Valkey on a socket, files under var/.
A wrong value stops the start with a sentence. Nothing here talks to a database.
"""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environs import Env, validate

from leaderboard.account_settings import *  # noqa: F403 - a part of this file
from leaderboard.account_settings import PROVIDER_ORIGINS
from leaderboard.operations import databases, hardening, logs
from leaderboard.retention_settings import *  # noqa: F403 - a part of this file
from leaderboard.vote_settings import *  # noqa: F403 - settings are names of one module

env = Env()
# Ratings are small sums: threads would only fight the engines for the cores. Before numpy loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var"))).resolve()
VAR_DIR.mkdir(parents=True, exist_ok=True)


def _secret_key() -> str:
    """Return SECRET_KEY, or on an embedded installation one made once and kept in var/."""
    given = env.str("SECRET_KEY", "")
    if given:
        return given
    if not EMBEDDED:
        raise ImproperlyConfigured("Set SECRET_KEY to 50 random characters (EMBEDDED is off).")
    kept = VAR_DIR / "secret_key"
    if not kept.exists():
        kept.write_text(secrets.token_urlsafe(50))
        kept.chmod(0o600)
    return kept.read_text()


# One machine, one person, nothing set up: what `make run` uses. Off, weak settings are refused.
EMBEDDED = env.bool("EMBEDDED", True)
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])  # read, never written
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
SITE_NAME = env.str("SITE_NAME", "Pound for Pound")
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")  # as links in messages name it
SOURCE_URL = env.str("SOURCE_URL", "")  # where this installation's code can be read

INSTALLED_APPS = [
    "accounts",
    "evals",
    "arena",
    "workers",
    "leaderboard",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.github",
]
MIDDLEWARE = [
    "leaderboard.web.envelope.EnvelopeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "leaderboard.web.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "leaderboard.web.outage.OutageMiddleware",
    "leaderboard.web.limits.LimitsMiddleware",
]
ROOT_URLCONF = "leaderboard.urls"
ASGI_APPLICATION = "leaderboard.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "leaderboard.web.context.site",
            ],
            "builtins": ["django.templatetags.i18n"],  # every template has texts
        },
    },
]

# Database: SQLite unless DATABASE_URL says otherwise; leaderboard/operations/databases.py says how.
DATABASES = {
    "default": databases.configured(
        env.str("DATABASE_URL", f"sqlite:///{VAR_DIR / 'site.sqlite3'}"),
        test_dir=VAR_DIR,  # a real file: tests see real locks
        pool=env.int("DATABASE_POOL", 28),
        statement_timeout_s=env.float("STATEMENT_TIMEOUT_S", 0.0),  # the web processes set 5
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis or Valkey: the doorbell, the streams and the cache. Losing it loses no work.
REDIS_URL = env.str("REDIS_URL", f"unix://{VAR_DIR / 'valkey.sock'}")
CACHES = {
    "default": {
        "BACKEND": "leaderboard.web.caching.ValkeyOrMemory",
        "LOCATION": f"{REDIS_URL}?db=1" if REDIS_URL.startswith("unix:") else f"{REDIS_URL}/1",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
}
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_keepalive": True,
    "retry_on_timeout": True,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# Files
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS: list[tuple[str, str] | str] = []
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "leaderboard.web.finders.PlotlyFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = VAR_DIR / "media"
SAMPLES_DIR = VAR_DIR / "samples"

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = True, "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# Security
CONTENT_SECURITY_POLICY = hardening.content_security_policy(forms=PROVIDER_ORIGINS)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "leaderboard.views.pages.stale"
NUM_PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT = env.int(
    "NUM_PROXIES", 0
)  # trusted reverse proxies in front of the site
if not EMBEDDED:
    hardening.refuse_weak(
        secret_keys=[SECRET_KEY, *SECRET_KEY_FALLBACKS],
        debug=DEBUG,
        hosts=ALLOWED_HOSTS,
        origins=CSRF_TRUSTED_ORIGINS,
        database=DATABASES["default"],
        failpoints=os.environ.get("FAILPOINTS", ""),
    )
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if NUM_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Submissions
# Directories that may be submitted, in the order they are searched; like PATH, one ":" between two.
MODEL_ROOT = [
    Path(root).expanduser().resolve()
    for root in env.str("MODEL_ROOT", f"{BASE_DIR / 'zoo'}:{VAR_DIR / 'models'}").split(":")
]
WHO = ("anyone", "signed-in", "staff")
SUBMIT_POLICY = env.str(
    "SUBMIT_POLICY",
    "anyone" if EMBEDDED else "signed-in",
    validate=validate.OneOf(WHO),
)
DIRECTORY_POLICY = env.str(
    "DIRECTORY_POLICY",
    "anyone" if EMBEDDED else "staff",
    validate=validate.OneOf(WHO),
)
MAX_MODEL_BYTES = env.int("MAX_MODEL_BYTES", 80_000_000_000)
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", 1_000_000_000)  # of an adapter's weights
MAX_LORA_RANK = env.int("MAX_LORA_RANK", 512)
HUB_URL = env.str("HUB_URL", "https://huggingface.co")
BASELINE_HOSTS_ALLOWED = env.list("BASELINE_HOSTS_ALLOWED", ["127.0.0.1"] if EMBEDDED else [])
# Which variable holds the API key of which host, such as api.example.com=EXAMPLE_KEY.
BASELINE_KEYS: dict[str, str] = env.dict("BASELINE_KEYS", {})
BASELINE_URL = env.str("BASELINE_URL", "http://127.0.0.1:8099/v1")  # the zoo's own baseline
SUBMISSIONS_PER_DAY = env.int("SUBMISSIONS_PER_DAY", 100)  # of one person; staff have no limit
# Hosts in private networks that webhooks may be sent to.
WEBHOOK_HOSTS_ALLOWED: list[str] = env.list("WEBHOOK_HOSTS_ALLOWED", [])
REQUIRE_LICENCE = env.bool("REQUIRE_LICENCE", False)
DEFAULT_SUITE = env.str("DEFAULT_SUITE", "zoo")
ALLOW_CODE_TASKS = env.bool("ALLOW_CODE_TASKS", False)  # benchmarks that run what models write
SUITES_DIR = BASE_DIR / "evals" / "suites"
TASKS_DIR = Path(env.str("TASKS_DIR", str(BASE_DIR / "zoo" / "tasks"))).resolve()

# Whoever takes nothing of an answer for so long is cut off
READER_TIMEOUT_S = env.float("READER_TIMEOUT_S", 60.0)

# The board: for how long a process shows what it read without looking for changes; 0: never
BOARD_CHECK_S = env.float("BOARD_CHECK_S", 1.0)

# E-mail: without a server it is printed to standard error.
EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "board@localhost")

# Runs: the lease that makes a crashed worker harmless
LEASE_S = env.int("LEASE_S", 60)
HEARTBEAT_S = env.int("HEARTBEAT_S", 10)
SWEEP_S = env.int("SWEEP_S", 15)
POLL_S = env.int("POLL_S", 30)
MAX_ATTEMPTS = env.int("MAX_ATTEMPTS", 3)
RUNS_AT_ONCE = env.int("RUNS_AT_ONCE", 4, validate=validate.Range(min=1))  # on one server
ENGINE_WAIT_S = env.int("ENGINE_WAIT_S", 900)  # for a server to start and load
BENCHMARK_TIMEOUT_S = env.int("BENCHMARK_TIMEOUT_S", 6 * 3600)

# Engines on this machine
MACHINE = env.str("MACHINE", "local")
MACHINE_USD_PER_HOUR = env.float("MACHINE_USD_PER_HOUR", 0.08)  # a rented 2-core cloud machine
HARDWARE_USD_PER_HOUR: dict[str, float] = env.dict(
    "HARDWARE_USD_PER_HOUR", {}, subcast_values=float
)  # by the name of the card; what is not in it costs what the machine does
ENGINE_MEMORY_BYTES = env.int("ENGINE_MEMORY_BYTES", 16_000_000_000)
ENGINE_HOST = env.str("ENGINE_HOST", "127.0.0.1")
ENGINE_PORT_FIRST = env.int("ENGINE_PORT_FIRST", 8100)

# Arena
TICK_S = env.float("TICK_S", 0.1)  # both answers are released together this often
MAX_PROMPT_CHARACTERS = env.int("MAX_PROMPT_CHARACTERS", 4_000)
MAX_ANSWER_TOKENS = env.int("MAX_ANSWER_TOKENS", 256)
ANSWER_TEMPERATURE = env.float("ANSWER_TEMPERATURE", 0.7)
ANSWER_TIMEOUT_S = env.float("ANSWER_TIMEOUT_S", 600.0)  # a whole answer
ARENA_SYSTEM_PROMPT = env.str("ARENA_SYSTEM_PROMPT", "")  # told to both sides; "": nothing
MAX_OPEN_BATTLES = env.int("MAX_OPEN_BATTLES", 20)
MAX_TURNS = env.int("MAX_TURNS", 10)  # prompts in one battle
MAX_BATTLE_CHARACTERS = env.int("MAX_BATTLE_CHARACTERS", 40_000)  # its prompts and one side
BATTLE_EXPIRES_S = env.int("BATTLE_EXPIRES_S", 24 * 3600)  # unjudged, it is abandoned then
PREPARED_BATTLES_TARGET = env.int("PREPARED_BATTLES_TARGET", 20)

# Ratings
RATING_ANCHOR = env.float("RATING_ANCHOR", 1000.0)  # the vote-weighted mean
RATING_ANCHOR_CONTENDER = env.str("RATING_ANCHOR_CONTENDER", "")  # slug of who stands there instead
RATING_PRIOR = env.float("RATING_PRIOR", 0.3)  # precision of the weak prior, per natural-log unit
RATING_MIN_VOTES = env.int("RATING_MIN_VOTES", 30)  # fewer, and the row says "provisional"
RATING_DEBOUNCE_S = env.float("RATING_DEBOUNCE_S", 0.5)
ELO_K = env.float("ELO_K", 16.0)
ELO_SCALE = env.float("ELO_SCALE", 400.0)
ELO_START = env.float("ELO_START", 1000.0)

LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LOG_FORMAT = env.str("LOG_FORMAT", "plain", validate=validate.OneOf(("plain", "json")))
LOGGING = logs.configuration(level=LOG_LEVEL, form=LOG_FORMAT)
TELEMETRY_URL = env.str("TELEMETRY_URL", "")  # read by evals/spans.py where the first span begins
METRICS_TOKEN = env.str("METRICS_TOKEN", "")  # "": /metrics answers this machine only
