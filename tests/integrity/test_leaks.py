"""Identity leaks are found in a labelled corpus of our own, and ordinary talk is left alone.

`leak_corpus_held_out.tsv` was written after the patterns and before any of it was looked at: at its
first run 40 of its 43 leaks were found, and none of its 39 harmless replies raised an alarm.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from arena import leaks
from arena.leaks import Name, find

HERE = Path(__file__).parent
AT_HAND = (Name("heron", False), Name("wren", False), Name("wren-instruct", True))


@dataclass(frozen=True)
class Reply:
    """One labelled reply."""

    is_leak: bool
    language: str
    prompt: str
    text: str

    @property
    def is_found(self) -> bool:
        return find(self.text, prompt=self.prompt, names=AT_HAND) is not None


def corpus(*names: str) -> list[Reply]:
    lines = [line for name in names for line in (HERE / name).read_text("utf-8").splitlines()]
    fields = [line.split("\t") for line in lines]
    return [
        Reply(label == "leak", language, prompt, text.replace("\\n", "\n"))
        for label, language, prompt, text in fields
    ]


DEVELOPED, HELD_OUT = corpus("leak_corpus.tsv"), corpus("leak_corpus_held_out.tsv")
ALL = DEVELOPED + HELD_OUT


class TestCorpus:
    def test_is_large_and_varied(self) -> None:
        labels = Counter(each.is_leak for each in ALL)
        languages = Counter(each.language for each in ALL if each.is_leak)

        assert len(ALL) >= 300
        assert min(labels.values()) >= 140
        assert len(languages) >= 12
        assert len({each.text for each in ALL}) == len(ALL)


class TestFind:
    def test_recalls_at_least_95_percent(self) -> None:
        leaks = [each for each in ALL if each.is_leak]

        missed = [each.text for each in leaks if not each.is_found]

        assert len(missed) <= 0.05 * len(leaks), missed

    def test_raises_at_most_2_percent_false_alarms(self) -> None:
        harmless = [each for each in ALL if not each.is_leak]

        alarms = [each.text for each in harmless if each.is_found]

        assert len(alarms) <= 0.02 * len(harmless), alarms


class TestMayName:
    names = (Name("wren-instruct", is_distinct=True), Name("acme pet", is_distinct=False))
    bits = st.sampled_from(
        [
            "wren",
            "-",
            " ",
            "_",
            ".",
            "instruct",
            "acme",
            "pet",
            "p e t",
            "qwen",
            "g p t",
            "s",
            "I am ",
        ]
    )

    @given(parts=st.lists(bits, max_size=12))
    def test_never_hides_what_the_search_would_find(self, parts: list[str]) -> None:
        text = "".join(parts).lower()

        is_found = leaks._pattern(self.names).search(text) is not None

        assert leaks._may_name(text, self.names) >= is_found
