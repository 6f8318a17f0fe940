"""How answers look, in numbers."""

import pytest

from arena import marks


class TestOf:
    def test_counts_headers_bold_and_lists(self) -> None:
        found = marks.of(["# One\n## Two\n\n- a\n* b\n1. c\n2) d\n\n**strong** and __too__"])

        assert found[1:] == (2, 2, 4)

    def test_adds_up_several_answers(self) -> None:
        assert marks.of(["**a**", "**b**"]).bold == 2

    def test_takes_no_comment_in_code_for_a_header(self) -> None:
        found = marks.of(["```python\n# a comment\n- 1\n```\n# A header"])

        assert (found.headers, found.lists) == (1, 0)

    def test_is_not_fooled_by_arithmetic(self) -> None:
        assert marks.of(["2 * 3 * 4 # no header -1"])[1:] == (0, 0, 0)


class TestStyle:
    def test_is_the_difference_over_the_sum(self) -> None:
        style = marks.style(marks.Marks(300, 0, 4, 0), marks.Marks(100, 2, 4, 0))

        assert style == pytest.approx((0.5, -1.0, 0.0, 0.0))
