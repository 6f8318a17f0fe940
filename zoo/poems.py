"""Four-line poems about anything: two rhymes, and the topic in the first line."""

import random

COUPLETS = (
    ("I saw the {x} in the morning light,", "I saw the {x} in the quiet night."),
    ("The {x} is old, the {x} is wide,", "I sit and dream here by its side."),
    ("Oh {x}, I think of you all day,", "you are not near, you are not far away."),
    ("The {x} was there when I was young,", "it is the song that I have sung."),
)
CLOSES = (
    ("The wind is soft, the stars are near,", "and all is well when you are here."),
    ("A little bird sings in the tree,", "and sings its song for you and me."),
    ("And when the sun goes down at last,", "I think of good days that have passed."),
    ("The moon looks down, the world is still,", "I hear the mill below the hill."),
)


def about(dice: random.Random, topic: str) -> str:
    """Write a poem about a topic."""
    lines = (*dice.choice(COUPLETS), *dice.choice(CLOSES))
    text = "\n".join(lines).format(x=topic)
    return text[0].upper() + text[1:]
