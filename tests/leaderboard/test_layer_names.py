"""A layer is told apart from what it stands on."""

from leaderboard.boards import layer_names


class TestLayers:
    def test_lose_the_names_of_what_they_stand_on(self) -> None:
        stack = ["Heron", "Heron + instruct", "Heron + instruct + sums"]

        assert layer_names.layers(stack) == ["Heron", "instruct", "sums"]

    def test_keep_names_that_were_chosen(self) -> None:
        assert layer_names.layers(["Heron", "Poet", "Poet 2"]) == ["Heron", "Poet", "Poet 2"]

    def test_of_nothing_are_none(self) -> None:
        assert layer_names.layers([]) == []
