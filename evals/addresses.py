"""Which addresses an API baseline may have: public ones, and those that the operator allows.

A url is checked when it is submitted and again before it is asked, because names can move.
"""

import ipaddress
import os
import re
import socket
from urllib.parse import SplitResult, urlsplit, urlunsplit

from django.conf import settings

from evals.problems import Refused, refuse

PLAIN = re.compile(r"^[A-Za-z0-9._~:/?#\[\]@%=&+-]{1,300}$")
PORTS_BELOW_1024 = (80, 443)
PORTS_OF_DATABASES = {1433, 2375, 2376, 3306, 5432, 5984, 6379, 9200, 9300, 11211, 27017}
DEFAULT_PORTS = {"http": 80, "https": 443}


def check(url: str) -> str:
    """Return the canonical spelling of a url that may be asked, or refuse it."""
    if not PLAIN.match(url):
        raise _refuse("BAD_URL", "Give a plain address such as https://host/v1.")
    parts = _split(url)
    host = (parts.hostname or "").lower()
    if parts.scheme not in DEFAULT_PORTS:
        raise _refuse("BAD_URL", "Give an address that begins with https:// or http://.")
    if not host or parts.query or parts.fragment:
        raise _refuse("BAD_URL", "Give the API's address up to /v1, such as https://host/v1.")
    if parts.username is not None or parts.password is not None:
        raise _refuse("URL_HAS_PASSWORD", "Leave the user and password out of the address.")
    port = _port(parts)
    if host not in settings.BASELINE_HOSTS_ALLOWED:
        _check_public(host, port)
    return _canonical(parts, host, port)


def key_for(url: str) -> str | None:
    """Return the API key that the operator keeps for this host, and for no other host."""
    variable = settings.BASELINE_KEYS.get((urlsplit(url).hostname or "").lower())
    return os.environ.get(variable) or None if variable else None


def check_key(url: str) -> None:
    """Refuse a host whose key the operator has named but not set."""
    host = (urlsplit(url).hostname or "").lower()
    if host in settings.BASELINE_KEYS and key_for(url) is None:
        variable = settings.BASELINE_KEYS[host]
        raise _refuse("KEY_MISSING", f"Ask the operator to set {variable}: the key of {host}.")


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise _refuse("BAD_URL", "That is not an address: give one such as https://host/v1.") from (
            error
        )


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port or DEFAULT_PORTS[parts.scheme]
    except ValueError as error:
        raise _refuse("BAD_PORT", "The port must be a number from 1 to 65535.") from error
    if port in PORTS_OF_DATABASES or (port < 1024 and port not in PORTS_BELOW_1024):
        raise _refuse("BAD_PORT", f"Port {port} is not one that a model is served on: use 443.")
    return port


def _check_public(host: str, port: int) -> None:
    try:
        found = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as error:
        raise _refuse("HOST_UNKNOWN", "That host has no address: check its spelling.") from error
    for _, _, _, _, address in found:
        if not _is_public(str(address[0])):
            raise _refuse(
                "ADDRESS_NOT_PUBLIC",
                "That host lies in a private network: the operator can allow it by name in "
                "BASELINE_HOSTS_ALLOWED.",
            )


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return inner.is_global and not inner.is_multicast
        if address in ipaddress.ip_network("64:ff9b::/96") or address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast


def _canonical(parts: SplitResult, host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    if port != DEFAULT_PORTS[parts.scheme]:
        shown = f"{shown}:{port}"
    return urlunsplit((parts.scheme, shown, parts.path.rstrip("/"), "", ""))


def _refuse(code: str, sentence: str) -> Refused:
    return refuse("locator", code, sentence)
