"""Boxing's weight classes for models: who is fairly compared with whom, by memory really used.

What counts is what a server held while it answered, weights and cache together: that decides
which machine one needs. A contender whose memory nobody measured has no class yet.
"""

GIGABYTE = 1_000_000_000
CLASSES = (
    (1, "Atomweight"),
    (2, "Strawweight"),
    (4, "Flyweight"),
    (6, "Bantamweight"),
    (8, "Featherweight"),
    (12, "Lightweight"),
    (16, "Welterweight"),
    (24, "Middleweight"),
    (48, "Cruiserweight"),
)  # gigabytes at most, and the name
HEAVIEST = "Heavyweight"
NAMES = (*(name for _limit, name in CLASSES), HEAVIEST)


def weight_class(memory_bytes: int | None) -> str:
    """Return the class of an amount of memory; "" where it was not measured."""
    if memory_bytes is None:
        return ""
    held = memory_bytes / GIGABYTE
    return next((name for limit, name in CLASSES if held <= limit), HEAVIEST)


def limits(name: str) -> str:
    """Return the bounds of a class in words, such as "2 to 4 GB"."""
    at = NAMES.index(name)
    below = CLASSES[at - 1][0] if at else 0
    if name == HEAVIEST:
        return f"over {below} GB"
    return f"{below} to {CLASSES[at][0]} GB" if below else f"up to {CLASSES[at][0]} GB"
