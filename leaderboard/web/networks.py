"""Where a request comes from, as far as it can be known and no further than it must be.

A forwarding header is believed only as far as NUM_PROXIES says that proxies of ours wrote it. A
network is an IPv4 address or an IPv6 /64, and leaves this module only as a keyed hash whose key
changes every day: nothing that is kept can be turned back into an address.
"""

import hashlib
import hmac
import ipaddress
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

IPV6_PREFIX = 64


def network_key(request: HttpRequest, *, now: datetime) -> str:
    """Return a hash of the network that asks; the same for a day."""
    salt = _hash(settings.SECRET_KEY.encode(), f"network {now:%Y-%m-%d}")
    return _hash(salt.encode(), _network(_address(request)))


def _address(request: HttpRequest) -> str:
    """Return the address that the outermost proxy of ours saw, or the peer's without proxies."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.NUM_PROXIES:
        return peer
    told = request.headers.get("X-Forwarded-For", "").split(",")
    return told[-settings.NUM_PROXIES] if len(told) >= settings.NUM_PROXIES else peer


def _network(address: str) -> str:
    """Return the network of an address. What is no address is one network of its own."""
    try:
        parsed = ipaddress.ip_address(address.strip())
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed.packed, IPV6_PREFIX), strict=False))
    return str(parsed)


def _hash(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]
