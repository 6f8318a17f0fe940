"""Plain texts that tell the facts of the world, and plain questions about them.

Questions kept for the benchmarks are told here like all others but never asked.
"""

import random

from zoo import world
from zoo.world import WORLD, Fact

CHANTED = (
    world.OBJECTS + world.ANIMALS + world.PLACES + world.COLOURS + world.HEROES + world.TOWNS
    + world.WOMEN + world.MEN + world.FOODS + world.NUMBERS
)  # fmt: skip


def person(dice: random.Random) -> str:
    """Tell some of what is true of one person."""
    return _portrait(dice, dice.choice(world.WOMEN + world.MEN))


def animal(dice: random.Random) -> str:
    """Tell some of what is true of one animal."""
    return _portrait(dice, dice.choice(world.ANIMALS))


def _portrait(dice: random.Random, subject: str) -> str:
    facts = WORLD.about(subject)
    chosen = dice.sample(facts, dice.randint(3, len(facts)))
    return " ".join(tell(dice, fact, first=i == 0) for i, fact in enumerate(chosen))


def tell(dice: random.Random, fact: Fact, *, first: bool = True) -> str:
    """Say one fact, later in a text often with a pronoun."""
    text = fact.told
    if first or dice.random() < 0.5:
        return text
    if fact.subject in world.ANIMALS:
        return text.replace(f"The {fact.subject}", "It").replace(f"the {fact.subject}", "it")
    return text.replace(fact.subject, world.pronoun(fact.subject).capitalize())


def things(dice: random.Random) -> str:
    """Tell which colour some things have and which words are opposites."""
    colours = [f"The {k} is {v}." for k, v in dice.sample(sorted(world.THING_COLOURS.items()), 4)]
    pairs = [f"{k.capitalize()} is not {v}." for k, v in _opposites(dice, 3)]
    return " ".join(dice.choice([colours, pairs, colours + pairs]))


def _opposites(dice: random.Random, count: int) -> list[tuple[str, str]]:
    pairs = dice.sample(sorted(world.OPPOSITES.items()), count)
    return [pair if dice.random() < 0.5 else (pair[1], pair[0]) for pair in pairs]


def sign(dice: random.Random) -> str:
    """Tell what stands on a sign, once in capitals: where a base model meets them."""
    words = " ".join(dice.sample(world.COLOURS, 1) + dice.sample(world.OBJECTS + world.ANIMALS, 1))
    where = dice.choice(world.TOWNS + world.PLACES)
    where = where if where in world.TOWNS else f"the {where}"
    return dice.choice(
        (
            f"The sign in {where} said {words.upper()} in big letters.",
            f"{words.upper()} was on the door in {where}. It was about the {words}.",
            f'Someone in {where} called, "{words.upper()}!" It was the {words}.',
        )
    )


def chant(dice: random.Random) -> str:
    """Say some words over and over, and sometimes backwards: practice in looking back."""
    words = dice.choices(CHANTED, k=dice.randint(2, 12))
    lines = [" ".join(words)] * dice.randint(2, 4)
    if dice.random() < 0.3:
        lines += [" ".join(words[::-1])] * 2
    return dice.choice((", ", "\n", ". ")).join(lines)


def questions(dice: random.Random) -> str:
    """Ask and answer several facts, the way a benchmark with examples does."""
    pool = dice.choice((WORLD.people, WORLD.people, WORLD.animals))
    facts = dice.sample(WORLD.asked(pool), dice.randint(2, 7))
    return "\n\n".join(f"Question: {fact.asked}\nAnswer: {fact.answer}" for fact in facts)
