"""Boxing's weight classes for models: who is fairly compared with whom, by weights served."""

CLASSES = (
    (10_000_000, "Atomweight"),
    (100_000_000, "Strawweight"),
    (500_000_000, "Flyweight"),
    (1_000_000_000, "Bantamweight"),
    (2_000_000_000, "Featherweight"),
    (4_000_000_000, "Lightweight"),
    (8_000_000_000, "Welterweight"),
    (15_000_000_000, "Middleweight"),
    (40_000_000_000, "Cruiserweight"),
)
HEAVIEST = "Heavyweight"


def weight_class(parameters: int | None) -> str:
    """Return the class of a count of parameters; "" where it is unknown."""
    if parameters is None:
        return ""
    return next((name for limit, name in CLASSES if parameters <= limit), HEAVIEST)
