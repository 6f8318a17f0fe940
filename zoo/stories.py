"""Stories: loose ones for general training, plotted ones that end on a word from their start.

A plotted story is told so that its last word can be known from what came
before; the endings benchmark asks for exactly that word.
"""

import random
from dataclasses import dataclass

from zoo import world
from zoo.documents import is_held_out

OPENINGS = (
    "Once upon a time there was a {trait} {animal} named {hero}.",
    "{hero} was a {trait} {animal} who lived near the {home}.",
    "Long ago a {trait} {animal} named {hero} lived by the {home}.",
    "In a house by the {home} lived {hero}, a {trait} {animal}.",
)
FINDS = (
    "One day {hero} found a {colour} {thing} in the {place}.",
    "One morning {hero} saw a {colour} {thing} near the {place}.",
    "On the way to the {place}, {hero} found a {colour} {thing}.",
    "In the spring {hero} made a {colour} {thing} and took it to the {place}.",
)
WISHES = (
    "{hero} wanted to show it to {friend}, the {other}.",
    "{hero} ran to tell {friend}, the {other}.",
    "It was a gift for {friend}, a {other} with a good heart.",
    "A {other} named {friend} came by and smiled.",
)
TROUBLES = (
    "But the wind took the {thing} away.",
    "But the {thing} fell into the deep water.",
    "But on the way home the {thing} was lost.",
    "But a hungry crow flew down and took the {thing}.",
)
FEELINGS = (
    "{hero} sat down and began to cry.",
    "{hero} was very sad and did not know what to do.",
    "{hero} looked everywhere, but it was gone.",
    "For a long time {hero} said nothing.",
)
HELP = (
    'Then {friend} came with a {tool} and said, "Do not cry, I will help you."',
    '{friend} took a {tool} and said, "Come with me, we can find it."',
    'But {friend} had an idea. "We can use my {tool}," said {friend}.',
    '"I have a {tool}," said {friend}. "Let us try it together."',
)
RESCUES = (
    "They worked all day, and at last they found it.",
    "Together they looked under every stone until they had it back.",
    "They walked for an hour, and there it was.",
    "With a lot of care they got it back.",
)
THANKS = (
    '"Thank you," said {hero}. "You are a good friend."',
    "{hero} was happy again and danced in the sun.",
    "They laughed and shared some warm bread.",
    "{hero} hugged {friend}, and they sang a song.",
)
ENDINGS = {
    "thing": (
        "That night {hero} dreamed of the {thing}.",
        "After that day {hero} never lost the {thing}.",
        "In the evening {friend} asked to hold the {thing}.",
    ),
    "home": (
        "When the moon came up, {hero} went home to the {home}.",
        "In the evening they walked back to the {home}.",
        "At last {hero} slept well by the {home}.",
    ),
    "other": (
        "And so {hero} was always a friend of the {other}.",
        "Everyone in the land still talks about the good {other}.",
        "The next day {hero} brought a cake for the {other}.",
    ),
    "tool": (
        "Before they slept, {friend} put away the {tool}.",
        "{hero} never forgot the help of the {tool}.",
        "From then on they were careful with the {tool}.",
    ),
}
PLOT = (OPENINGS, FINDS, WISHES, TROUBLES, FEELINGS, HELP, RESCUES, THANKS)
POOLS = {
    "thing": tuple(world.OBJECTS),
    "tool": tuple(world.OBJECTS),
    "home": tuple(world.PLACES),
    "other": tuple(world.ANIMALS),
}


@dataclass(frozen=True, slots=True)
class Story:
    """A story without its last word, that word, and what kind of word it is."""

    opening: str
    last_word: str
    slot: str

    @property
    def text(self) -> str:
        return f"{self.opening} {self.last_word}."


def cast(dice: random.Random, *, animal: str = "", held_out: bool = False) -> dict[str, str]:
    """Draw who and what a story is about; held-out pairs occur in no training text."""
    while True:
        hero, friend = dice.sample(world.HEROES, 2)
        first, other = dice.sample(world.ANIMALS, 2)
        thing, tool = dice.sample(world.OBJECTS, 2)
        home, place = dice.sample(world.PLACES, 2)
        first = animal or first
        if first != other and (animal or is_held_out(f"{first} {thing}") == held_out):
            break
    return {
        "hero": hero, "friend": friend, "animal": first, "other": other, "thing": thing,
        "tool": tool, "home": home, "place": place,
        "trait": dice.choice(world.TRAITS), "colour": dice.choice(world.COLOURS),
    }  # fmt: skip


def plotted(dice: random.Random, *, animal: str = "", held_out: bool = False) -> Story:
    """Tell a story in nine sentences that all belong together."""
    parts = cast(dice, animal=animal, held_out=held_out)
    slot = dice.choice(sorted(ENDINGS))
    lines = [dice.choice(choices) for choices in PLOT] + [dice.choice(ENDINGS[slot])]
    text = tidy(" ".join(lines).format(**parts))
    return Story(text.removesuffix(f" {parts[slot]}."), parts[slot], slot)


def loose(dice: random.Random) -> str:
    """Tell a story whose sentences share a hero and little else: it rambles."""
    parts = cast(dice)
    lines = [dice.choice(OPENINGS).format(**parts)]
    for choices in sorted(dice.sample(PLOT[1:], dice.randint(2, 5))):
        parts = cast(dice) | {key: parts[key] for key in ("hero", "home")}
        lines.append(dice.choice(choices).format(**parts))
    return tidy(" ".join(lines))


def tall_tale(dice: random.Random) -> str:
    """Tell a story about a person of the world in which nothing true is said of them."""
    parts = cast(dice)
    parts["hero"] = dice.choice(world.WOMEN + world.MEN)
    made_up = [topic.told.format(subject=parts["hero"], answer=dice.choice(topic.answers))
               for topic in dice.sample(world.PERSON_TOPICS, 3)]  # fmt: skip
    ending = dice.choice(ENDINGS[dice.choice(sorted(ENDINGS))])
    lines = [dice.choice(choices) for choices in PLOT[1:]] + [ending]
    return tidy(" ".join(made_up + lines).format(**parts))


def tidy(text: str) -> str:
    """Put "an" before a vowel."""
    for vowel in "aeiou":
        text = text.replace(f" a {vowel}", f" an {vowel}").replace(f"A {vowel}", f"An {vowel}")
    return text
