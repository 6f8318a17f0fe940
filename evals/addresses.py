"""Which addresses this site may ask: public ones, and those that the operator allows.

A url is checked when it is given and again before it is asked, because names can move; `pin`
gives the very address that was checked, so that a name cannot move in between.
"""

import hashlib
import hmac
import ipaddress
import os
import re
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from django.conf import settings
from django.utils.translation import gettext as _

from evals.problems import Refused, refuse

PLAIN = re.compile(r"^[A-Za-z0-9._~:/?#\[\]@%=&+-]{1,300}$")
PORTS_BELOW_1024 = (80, 443)
PORTS_OF_DATABASES = {1433, 2375, 2376, 3306, 5432, 5984, 6379, 9200, 9300, 11211, 27017}
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Pinned:
    """How to ask a url at the address that was checked, under the name that it has."""

    url: str
    headers: Mapping[str, str]
    extensions: Mapping[str, str]  # for httpx: the name that the certificate must carry


def check(
    url: str,
    *,
    field: str = "locator",
    allowed: Collection[str] | None = None,
    has_query: bool = False,
) -> str:
    """Return the canonical spelling of a url that may be asked, or refuse it."""
    parts, host, port = _parts(url, field, has_query=has_query)
    if host not in _allowed(allowed):
        _public_address(host, port, field)
    return _canonical(parts, _shown(host), port)


def pin(url: str, *, field: str = "locator", allowed: Collection[str] | None = None) -> Pinned:
    """Return a url by its address, resolved and checked once, or refuse it."""
    parts, host, port = _parts(url, field, has_query=True)
    address = (
        _resolved(host, port, field)[0]
        if host in _allowed(allowed)
        else _public_address(host, port, field)
    )
    plain = urlsplit(_canonical(parts, _shown(host), port))
    return Pinned(
        url=_canonical(parts, _shown(address), port),
        headers={"host": plain.netloc},
        extensions={"sni_hostname": host},
    )


def sign(secret: str, body: bytes) -> str:
    """Return the HMAC-SHA256 of a body, in hexadecimal."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def key_for(url: str) -> str | None:
    """Return the API key that the operator keeps for this host, and for no other host."""
    variable = settings.BASELINE_KEYS.get((urlsplit(url).hostname or "").lower())
    return os.environ.get(variable) or None if variable else None


def check_key(url: str) -> None:
    """Refuse a host whose key the operator has named but not set."""
    host = (urlsplit(url).hostname or "").lower()
    if host in settings.BASELINE_KEYS and key_for(url) is None:
        variable = settings.BASELINE_KEYS[host]
        raise _refuse(
            "KEY_MISSING",
            _("Ask the operator to set %(variable)s: the key of %(host)s.")
            % {"variable": variable, "host": host},
        )


def _allowed(given: Collection[str] | None) -> Collection[str]:
    return settings.BASELINE_HOSTS_ALLOWED if given is None else given


def _parts(url: str, field: str, *, has_query: bool) -> tuple[SplitResult, str, int]:
    """Return a url taken apart, with its host and port, or refuse it for its form."""
    if not PLAIN.match(url):
        raise refuse(field, "BAD_URL", _("Give a plain address such as https://host/v1."))
    parts = _split(url, field)
    host = (parts.hostname or "").lower()
    if parts.scheme not in DEFAULT_PORTS:
        raise refuse(field, "BAD_URL", _("Give an address that begins with https:// or http://."))
    if not host or parts.fragment or (parts.query and not has_query):
        raise refuse(
            field, "BAD_URL", _("Give the address up to its path, such as https://host/v1.")
        )
    if parts.username is not None or parts.password is not None:
        raise refuse(field, "URL_HAS_PASSWORD", _("Leave user and password out of the address."))
    return parts, host, _port(parts, field)


def _split(url: str, field: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise refuse(
            field, "BAD_URL", _("That is not an address: give one such as https://host/v1.")
        ) from error


def _port(parts: SplitResult, field: str) -> int:
    try:
        port = parts.port or DEFAULT_PORTS[parts.scheme]
    except ValueError as error:
        raise refuse(field, "BAD_PORT", _("The port must be a number from 1 to 65535.")) from error
    if port in PORTS_OF_DATABASES or (port < 1024 and port not in PORTS_BELOW_1024):
        sentence = _("Port %(port)s is not one that is asked: use 443.") % {"port": port}
        raise refuse(field, "BAD_PORT", sentence)
    return port


def _resolved(host: str, port: int, field: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as error:
        raise refuse(
            field, "HOST_UNKNOWN", _("That host has no address: check its spelling.")
        ) from error
    return [str(address[0]) for _, _, _, _, address in found]


def _public_address(host: str, port: int, field: str) -> str:
    """Return an address of a host all of whose addresses are public, or refuse it."""
    found = _resolved(host, port, field)
    if not all(_is_public(address) for address in found):
        raise refuse(
            field,
            "ADDRESS_NOT_PUBLIC",
            _(
                "That host lies in a private network: the operator can allow it by name "
                "(BASELINE_HOSTS_ALLOWED, WEBHOOK_HOSTS_ALLOWED)."
            ),
        )
    return found[0]


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return inner.is_global and not inner.is_multicast
        if address in ipaddress.ip_network("64:ff9b::/96") or address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _canonical(parts: SplitResult, host: str, port: int) -> str:
    place = host if port == DEFAULT_PORTS[parts.scheme] else f"{host}:{port}"
    return urlunsplit((parts.scheme, place, parts.path.rstrip("/"), parts.query, ""))


def _refuse(code: str, sentence: str) -> Refused:
    return refuse("locator", code, sentence)
