"""Write the benchmarks' questions: `python -m zoo.questions`.

Always the same questions, none of which is in any training text. How they are
asked and scored is in the YAML files beside them; nothing is scored here.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path

from zoo import lessons, stories
from zoo.recipes import SEED
from zoo.world import WORLD, Fact

TASKS = Path(__file__).parent / "tasks"
SHOTS = 10  # questions with answers from which the examples of a prompt are taken
CHOICES = 4
Row = dict[str, object]


def main() -> None:
    dice = random.Random(SEED)
    for name, facts in (("facts", WORLD.people), ("habits", WORLD.animals)):
        examples = dice.sample(WORLD.asked(facts), SHOTS)
        write(name, [_choose(dice, fact) for fact in WORLD.unasked_of(facts)])
        write(f"{name}_examples", [_choose(dice, fact) for fact in examples])
    write("sums", _distinct(200, _sums(dice)))
    write("instructions", _distinct(200, _instructions(dice)))
    write("stories", [{"text": stories.plotted(dice, held_out=True).text} for _ in range(100)])
    write("endings", [_ending(dice) for _ in range(200)])


def write(name: str, rows: list[Row]) -> None:
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    (TASKS / f"{name}.jsonl").write_text("\n".join(lines) + "\n")


def _choose(dice: random.Random, fact: Fact) -> Row:
    wrong = [answer for answer in fact.topic.answers if answer != fact.answer]
    return {"question": fact.asked} | _shuffled(dice, fact.answer, wrong)


def _ending(dice: random.Random) -> Row:
    """Ask for the last word of a story, among words of its kind that also occur in it."""
    story = stories.plotted(dice, held_out=True)
    pool = [word for word in stories.POOLS[story.slot] if word != story.last_word]
    told = [word for word in pool if f" {word}" in story.opening]
    others = [word for word in pool if word not in told]
    wrong = told[: CHOICES - 1] + dice.sample(others, CHOICES - 1)
    return {"story": story.opening} | _shuffled(dice, story.last_word, wrong[: CHOICES - 1])


def _shuffled(dice: random.Random, right: str, wrong: list[str]) -> Row:
    wrong = dice.sample(wrong, CHOICES - 1)
    choices = dice.sample([right, *wrong], CHOICES)
    return {"choices": choices, "answer": choices.index(right)}


def _sums(dice: random.Random) -> Iterator[Row]:
    while True:
        question, answer = lessons.sum_question(*lessons.sum_pair(dice, held_out=True))
        yield {"question": question, "answer": answer}


def _instructions(dice: random.Random) -> Iterator[Row]:
    while True:
        question, answer = lessons.instruction(dice, held_out=True)
        yield {"question": question, "answer": answer}


def _distinct(count: int, rows: Iterator[Row]) -> list[Row]:
    found: dict[object, Row] = {}
    while len(found) < count:
        row = next(rows)
        found[row["question"]] = row
    return list(found.values())


if __name__ == "__main__":
    main()
