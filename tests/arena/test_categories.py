"""What a battle was about, by rules that anyone can check."""

import pytest

from arena import categories


class TestOf:
    @pytest.mark.parametrize(
        ("prompt", "expected"),
        [
            ("What is the capital of France, and how far is it from the sea by a good road?",
             {"english"}),
            ("Was ist der Unterschied zwischen einem Hund und einer Katze, und wie alt werden sie?",
             {"german"}),
            ("Quelle est la différence entre le chat et le chien dans une maison à la campagne?",
             {"french"}),
            ("¿Qué es una estrella y cómo se forma en el centro de las galaxias más lejanas?",
             {"spanish"}),
            ("法国的首都是什么?", {"chinese", "short"}),
            ("日本の首都はどこですか。", {"japanese", "short"}),
            ("프랑스의 수도는 어디입니까?", {"korean", "short"}),
            ("Какая столица Франции?", {"russian", "short"}),
            ("Write a Python function to reverse a list and explain what it does, please.",
             {"english", "code"}),
            ("```\nx = 1\n```", {"code", "short", "maths"}),
            ("Solve x^2 = 16 for the two roots of it, and show the steps to a young pupil.",
             {"english", "maths"}),
            ("Reply in exactly three sentences about the history of tea and the sea it crossed.",
             {"english", "instruction"}),
            ("hm", {"short"}),
        ],
    )  # fmt: skip
    def test_finds_what_a_prompt_is(self, prompt: str, expected: set[str]) -> None:
        assert set(categories.keys(categories.of([prompt]))) == expected

    def test_knows_long_prompts_and_several_turns(self) -> None:
        found = categories.keys(categories.of(["word " * 300, "and then?"]))

        assert {"long", "multi-turn"} <= set(found)

    def test_is_nothing_for_nothing(self) -> None:
        assert categories.keys(categories.of([])) == ["short"]


class TestCategories:
    def test_have_a_bit_of_their_own(self) -> None:
        bits = [each.bit for each in categories.CATEGORIES]

        assert bits == [1 << place for place in range(len(bits))]
