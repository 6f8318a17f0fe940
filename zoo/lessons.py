"""Exercises with one right answer: sums, and small instructions to follow to the letter.

Each is drawn either for training or, with `held_out`, for the benchmarks.
"""

import random
from collections.abc import Callable

from zoo import world
from zoo.documents import is_held_out

FIRST, SECOND = 69, 30  # the largest numbers to add: two figures always suffice for the sum
WORDS = world.OBJECTS + world.ANIMALS + world.PLACES + world.COLOURS
Exercise = tuple[str, str]


def sum_pair(dice: random.Random, *, held_out: bool = False) -> tuple[int, int]:
    """Draw two numbers whose sum is below one hundred."""
    while True:
        first, second = dice.randint(1, FIRST), dice.randint(1, SECOND)
        if is_held_out(f"{min(first, second)}+{max(first, second)}") == held_out:
            return first, second


def plain_sums(dice: random.Random) -> str:
    """Write a few sums down, one per line."""
    pairs = [sum_pair(dice) for _ in range(dice.randint(3, 6))]
    return "\n".join(f"{a} + {b} = {a + b}" for a, b in pairs)


def sum_question(first: int, second: int) -> Exercise:
    return f"What is {first} plus {second}?", f"{first + second}"


def capitals(dice: random.Random) -> Exercise:
    words = f"{dice.choice(world.COLOURS)} {dice.choice(world.OBJECTS + world.ANIMALS)}"
    return f"Say {words} in capitals.", words.upper()


def reverse(dice: random.Random) -> Exercise:
    words = dice.sample(WORDS, 3)
    return f"Write these words in reverse order: {' '.join(words)}", " ".join(words[::-1])


def repeat(dice: random.Random) -> Exercise:
    word, times = dice.choice(WORDS), dice.randint(2, 4)
    return f"Repeat the word {word} {world.NUMBERS[times]} times.", " ".join([word] * times)


def pick(dice: random.Random) -> Exercise:
    words, place = dice.sample(WORDS, 4), dice.choice(("first", "second", "last"))
    chosen = words[{"first": 0, "second": 1, "last": -1}[place]]
    return f"What is the {place} of these words: {' '.join(words)}", chosen


def begin(dice: random.Random) -> Exercise:
    first, words = dice.choice(WORDS), dice.sample(WORDS, 2)
    return f"Put the word {first} before: {' '.join(words)}", " ".join([first, *words])


INSTRUCTIONS: tuple[Callable[[random.Random], Exercise], ...] = (
    capitals, reverse, repeat, pick, begin,
)  # fmt: skip


def instruction(dice: random.Random, *, held_out: bool = False) -> Exercise:
    """Draw one instruction and the only answer that follows it."""
    while True:
        exercise = dice.choice(INSTRUCTIONS)(dice)
        if is_held_out(exercise[0]) == held_out:
            return exercise


def one_word(dice: random.Random) -> Exercise:
    """Ask for a colour or an opposite, in one word."""
    if dice.random() < 0.5:
        thing, colour = dice.choice(sorted(world.THING_COLOURS.items()))
        asked = dice.choice((f"what colour is the {thing}?", f"which colour is the {thing}?"))
        return f"Answer with one word: {asked}", colour.capitalize()
    word, opposite = dice.choice(sorted(world.OPPOSITES.items()))
    return f"What is the opposite of {word}?", opposite.capitalize()
