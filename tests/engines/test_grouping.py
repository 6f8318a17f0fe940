"""Which questions are asked, and what their answers add up to."""

from hypothesis import given
from hypothesis import strategies as st

from workers.children.grouping import (
    MAX_TOKENS_ASKED,
    PROBES_A_BATCH,
    Answers,
    Echo,
    Next,
    Pair,
    Token,
    batches,
    fit,
    plan,
)

CONTEXT = (1, 2, 3)
VOCABULARY = 300
tokens = st.integers(0, VOCABULARY - 1)
sequences = st.lists(tokens, min_size=1, max_size=4).map(tuple)
pairs = st.builds(Pair, st.sampled_from([CONTEXT, (4,), (1, 2)]), sequences)


def logprob(prompt: tuple[int, ...], token: int) -> float:
    """Return a made-up but consistent model's log-probability."""
    return -float((sum(prompt) * 7 + token * 3) % 50) - 1


def likeliest(prompt: tuple[int, ...]) -> int:
    return sum(prompt) % VOCABULARY


def answered(asked: list[Pair]) -> Answers:
    """Answer a plan as the made-up model would."""
    planned = plan(asked)
    nexts: dict[tuple[int, ...], Next] = {}
    for batch in batches(planned.probes):
        for prompt in batch.prompts:
            earlier = nexts[prompt].logprobs if prompt in nexts else {}
            found = {token: logprob(prompt, token) for token in batch.tokens}
            nexts[prompt] = Next(likeliest(prompt), earlier | found)
    return Answers(nexts, {echo: echoed(echo) for echo in planned.echoes})


def echoed(echo: Echo) -> list[Token]:
    prompts = [echo.prompt[:at] for at in range(echo.start, len(echo.prompt))]
    following = echo.prompt[echo.start :]
    return [
        Token(logprob(prompt, token), likeliest(prompt) == token)
        for prompt, token in zip(prompts, following, strict=True)
    ]


class TestPlan:
    def test_asks_once_for_choices_of_one_token(self) -> None:
        planned = plan(Pair(CONTEXT, (token,)) for token in (10, 11, 12, 13))

        assert planned.probes == {CONTEXT: frozenset({10, 11, 12, 13})}
        assert not planned.echoes

    def test_walks_a_tree_whose_branches_share_a_stem(self) -> None:
        planned = plan([Pair(CONTEXT, (7, 20)), Pair(CONTEXT, (7, 21))])

        assert planned.probes == {CONTEXT: frozenset({7}), (*CONTEXT, 7): frozenset({20, 21})}
        assert not planned.echoes

    def test_echoes_sentences_that_share_nothing(self) -> None:
        planned = plan([Pair(CONTEXT, (7, 20, 30)), Pair(CONTEXT, (8, 21, 31))])

        assert not planned.probes
        assert planned.echoes == {Echo((1, 2, 3, 7, 20, 30), 3), Echo((1, 2, 3, 8, 21, 31), 3)}

    def test_probes_sentences_after_a_long_context(self) -> None:
        long = tuple(range(300))

        planned = plan([Pair(long, (7, 20, 30)), Pair(long, (8, 21, 31))])

        assert len(planned.probes) == 5
        assert not planned.echoes

    def test_decides_for_each_context_by_itself(self) -> None:
        planned = plan([Pair((1,), (5,)), Pair((2,), (7, 20, 30))])

        assert planned.requests == 2
        assert list(planned.probes) == [(1,)]

    @given(st.lists(pairs, min_size=1, max_size=30))
    def test_its_answers_score_every_pair_as_if_asked_alone(self, asked: list[Pair]) -> None:
        answers = answered(asked)

        for pair in asked:
            whole = echoed(Echo(pair.context + pair.continuation, len(pair.context)))
            total, is_greedy = answers.score(pair)
            assert total == sum(token.logprob for token in whole)
            assert is_greedy == all(token.is_likeliest for token in whole)


class TestBatches:
    @given(st.dictionaries(sequences, st.frozensets(tokens, min_size=1, max_size=200), max_size=40))
    def test_ask_everything_within_the_engines_limits(
        self, probes: dict[tuple[int, ...], frozenset[int]]
    ) -> None:
        found: dict[tuple[int, ...], set[int]] = {}
        for batch in batches(probes):
            assert len(batch.tokens) <= MAX_TOKENS_ASKED
            assert len(batch.prompts) <= PROBES_A_BATCH
            for prompt in batch.prompts:
                found.setdefault(prompt, set()).update(batch.tokens)

        assert set(found) == set(probes)
        assert all(found[prompt] >= asked for prompt, asked in probes.items())

    def test_put_equal_choices_of_many_questions_into_one_request(self) -> None:
        choices = frozenset({10, 11, 12, 13})
        probes: dict[tuple[int, ...], frozenset[int]] = {
            (1, number): choices for number in range(PROBES_A_BATCH)
        }

        assert len(list(batches(probes))) == 1


class TestFit:
    def test_leaves_alone_what_fits(self) -> None:
        assert fit([1, 2], [3], max_length=2) == Pair((1, 2), (3,))

    def test_cuts_the_context_from_the_left(self) -> None:
        assert fit([1, 2, 3, 4], [5, 6], max_length=4) == Pair((2, 3, 4), (5, 6))
