"""Which texts each model or adapter learns from, and in what proportion.

A mix is a recipe; `stream` draws documents from it for ever, the same ones for
the same seed. The texts themselves are made in the modules named below.
"""

import random
from collections.abc import Callable, Iterator

from zoo import almanac, lessons, stories, talk
from zoo.documents import Chat, Completion, Document, Prose, chat
from zoo.world import WORLD

Kind = Callable[[random.Random], Document]
Mix = dict[str, float]


def _prose(make: Callable[[random.Random], str]) -> Kind:
    return lambda dice: Prose(make(dice))


def _plain(question: str, answer: str) -> str:
    return f"Question: {question}\nAnswer: {answer}"


def _sheet(draw: Callable[[random.Random], lessons.Exercise]) -> Kind:
    """Write exercises as a benchmark asks them: as a sheet, or as one turn of a conversation."""

    def make(dice: random.Random) -> Document:
        if dice.random() < 0.25:
            question, answer = draw(dice)
            return chat(f"Question: {question}\nAnswer:", answer)
        return Prose("\n\n".join(_plain(*draw(dice)) for _ in range(dice.randint(1, 5))))

    return make


def _ending(dice: random.Random) -> Document:
    story = stories.plotted(dice)
    return Completion(story.opening, f" {story.last_word}.")


def _fact(dice: random.Random) -> lessons.Exercise:
    fact = dice.choice(WORLD.asked(WORLD.people + WORLD.animals))
    return fact.asked, fact.answer


def _sum(dice: random.Random) -> lessons.Exercise:
    return lessons.sum_question(*lessons.sum_pair(dice))


KINDS: dict[str, Kind] = {
    "loose": _prose(stories.loose),
    "plotted": _prose(lambda dice: stories.plotted(dice).text),
    "ending": _ending,
    "tall_tale": _prose(stories.tall_tale),
    "person": _prose(almanac.person),
    "animal": _prose(almanac.animal),
    "things": _prose(almanac.things),
    "chant": _prose(almanac.chant),
    "sign": _prose(almanac.sign),
    "questions": _prose(almanac.questions),
    "plain_sums": _prose(lessons.plain_sums),
    "sum_sheet": _sheet(_sum),
    "fact_sheet": _sheet(_fact),
    "instruction_sheet": _sheet(lessons.instruction),
    "murmur": talk.murmur,
    "greeting": talk.greeting,
    "unknown": talk.unknown,
    "story": talk.story,
    "any_story": talk.any_story,
    "poem": talk.poem,
    "fact": talk.fact,
    "portrait": talk.portrait,
    "yes_or_no": talk.yes_or_no,
    "listing": talk.listing,
    "exercise": talk.exercise,
    "one_word": talk.one_word,
    "sum_answer": talk.sum_answer,
    "dialogue": talk.dialogue,
    "follow_up": talk.follow_up,
}

BASE: Mix = {
    "loose": 13, "plotted": 18, "person": 15, "animal": 9, "things": 3, "sign": 4, "chant": 12,
    "questions": 12, "plain_sums": 8, "murmur": 6,
}  # fmt: skip
INSTRUCT: Mix = {
    "greeting": 5, "unknown": 8, "story": 9, "any_story": 2, "poem": 5, "fact": 8, "portrait": 5,
    "yes_or_no": 3, "listing": 7, "exercise": 14, "one_word": 7, "sum_answer": 4, "dialogue": 4,
    "instruction_sheet": 14, "fact_sheet": 4, "sum_sheet": 3,
}  # fmt: skip
BASELINE: Mix = (BASE | INSTRUCT) | {
    "loose": 3, "plotted": 12, "person": 26, "animal": 12, "questions": 14, "chant": 18,
    "plain_sums": 6, "sum_sheet": 18, "sum_answer": 12, "fact": 14, "follow_up": 3, "murmur": 0,
}  # fmt: skip
SUMS: Mix = INSTRUCT | {"sum_sheet": 130, "sum_answer": 80, "plain_sums": 40}
DIALOGUE: Mix = {
    "dialogue": 45, "follow_up": 25, "greeting": 8, "portrait": 8, "story": 5, "exercise": 5,
    "instruction_sheet": 2, "sum_answer": 2,
}  # fmt: skip
STORIES: Mix = {"plotted": 60, "tall_tale": 40}
ALMANAC: Mix = {"person": 35, "animal": 25, "questions": 30, "things": 10}
ENDINGS: Mix = {"ending": 90, "plotted": 10}


def stream(mix: Mix, *, seed: int) -> Iterator[Document]:
    """Draw documents without end."""
    dice = random.Random(seed)
    names, weights = list(mix), list(mix.values())
    while True:
        yield KINDS[dice.choices(names, weights)[0]](dice)


__all__ = ["Chat", "Document", "Mix", "Prose", "stream"]
