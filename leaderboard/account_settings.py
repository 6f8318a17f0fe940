"""Signing in, read from the environment: who may, and through which providers.

A provider is on as soon as its client id is set. `leaderboard.settings` takes all of this over.
"""

from typing import Any
from urllib.parse import urlsplit

from environs import Env, validate

_env = Env()
_EMBEDDED = _env.bool("EMBEDDED", True)

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 365
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # of accounts made before
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "me"
SIGN_UP_OPEN = _env.bool("SIGN_UP_OPEN", True)

ACCOUNT_ADAPTER = "leaderboard.web.signing_in.AccountPolicy"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = _env.str(
    "EMAIL_VERIFICATION",
    "none" if _EMBEDDED else "mandatory",
    validate=validate.OneOf(("none", "optional", "mandatory")),
)
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",  # key: the name that was tried, from this address
    "signup": "20/m/ip",
    "reset_password": "20/m/ip,5/m/key",
}
SOCIALACCOUNT_ADAPTER = "leaderboard.web.signing_in.ProviderPolicy"
SOCIALACCOUNT_QUERY_EMAIL = True


def _openid(provider_id: str, name: str, server: str, client: str, secret: str) -> dict[str, Any]:
    return {
        "provider_id": provider_id,
        "name": name,
        "client_id": client,
        "secret": secret,
        "settings": {"server_url": server, "oauth_pkce_enabled": True},
    }


def _providers() -> tuple[dict[str, Any], list[str]]:
    """Return allauth's providers, and the origins that their sign-in forms lead to."""
    openid = []
    targets = []
    if client := _env.str("HF_CLIENT_ID", ""):
        server = _env.str("HF_OPENID_URL", "https://huggingface.co")
        secret = _env.str("HF_CLIENT_SECRET", "")
        openid.append(_openid("huggingface", "Hugging Face", server, client, secret))
        targets.append(_origin(server))
    if client := _env.str("OPENID_CLIENT_ID", ""):
        server, name = _env.str("OPENID_URL"), _env.str("OPENID_NAME", "Single sign-on")
        secret = _env.str("OPENID_CLIENT_SECRET", "")
        openid.append(_openid("openid", name, server, client, secret))
        targets.append(_origin(server))
    found: dict[str, Any] = {"openid_connect": {"APPS": openid}} if openid else {}
    if client := _env.str("GITHUB_CLIENT_ID", ""):
        secret = _env.str("GITHUB_CLIENT_SECRET", "")
        found["github"] = {"APPS": [{"client_id": client, "secret": secret}]}
        targets.append("https://github.com")
    return found, targets


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


SOCIALACCOUNT_PROVIDERS, PROVIDER_ORIGINS = _providers()
