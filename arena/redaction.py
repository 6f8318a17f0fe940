"""Personal data taken out of a text before it is published: addresses, numbers, cards. Pure."""

import ipaddress
import re

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
CARD = re.compile(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)")
PHONE = re.compile(r"(?<![\w.])(?:\+|00|\(?0)\d(?:[\s()./-]{0,2}\d){6,13}(?!\w)")
IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)")
IPV6 = re.compile(r"(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])", re.IGNORECASE)


def redacted(text: str) -> str:
    """Return the text with what identifies a person replaced by its kind in brackets."""
    text = EMAIL.sub("[e-mail]", text)
    text = CARD.sub(lambda match: "[card]" if _is_card(match[0]) else match[0], text)
    for pattern in (IPV4, IPV6):
        text = pattern.sub(lambda match: "[ip]" if _is_address(match[0]) else match[0], text)
    return PHONE.sub("[phone]", text)


def _is_card(number: str) -> bool:
    """Check Luhn's digit (ISO/IEC 7812)."""
    digits = [int(each) for each in number if each.isdigit()]
    doubled = [2 * each - 9 * (each > 4) for each in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return any(each.isdigit() for each in text)
