"""A view is an address: what was asked comes back, whatever it was."""

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.boards import filters, viewing
from leaderboard.boards.filters import Filters
from leaderboard.boards.viewing import View

SLUGS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,12}", fullmatch=True)
KEYS = st.from_regex(r"-?[a-z_.]{1,12}", fullmatch=True)
VIEWS = st.builds(
    View,
    suite=SLUGS,
    sort=st.lists(KEYS, min_size=1, max_size=4, unique_by=lambda key: key.removeprefix("-")).map(
        ",".join
    ),
    search=st.text(max_size=60).map(lambda text: text.replace("\x00", "").strip()),
    is_flat=st.booleans(),
    folded=st.frozensets(SLUGS, max_size=4),
    filters=st.builds(
        Filters,
        kind=st.sampled_from(["", "model", "adapter"]),
        base=SLUGS,
        weight=st.sampled_from(["", "flyweight", "heavyweight"]),
        fits=st.sampled_from(["", "8", "24"]),
        terms=st.sampled_from(["", "open", "non-commercial"]),
        measured=st.sampled_from(["", "1"]),
    ),
    columns=st.lists(KEYS, max_size=4, unique=True).map(tuple),
    pinned=st.lists(SLUGS, max_size=6, unique=True).map(tuple),
    is_normalised=st.booleans(),
    page=st.integers(1, 1000),
)


class TestAddress:
    @given(VIEWS)
    def test_brings_the_same_view_back(self, view: View) -> None:
        assert viewing.asked(QueryDict(view.address()[1:])) == view

    def test_leaves_defaults_out(self) -> None:
        assert View().address() == "?"

    def test_may_repeat_a_parameter_as_a_form_does(self) -> None:
        view = viewing.asked(QueryDict("cols=average&cols=cost&pin=wren&pin=heron&pin=wren"))

        assert (view.columns, view.pinned) == (("average", "cost"), ("wren", "heron"))


class TestAsked:
    @given(st.dictionaries(st.sampled_from([*View().__slots__, "q", "pin", "cols", "fits"]),
                           st.text(max_size=30)))  # fmt: skip
    def test_takes_any_address(self, parameters: dict[str, str]) -> None:
        query = QueryDict(mutable=True)
        query.update(parameters)

        assert viewing.asked(query).page >= 1

    def test_sorts_by_a_column_once(self) -> None:
        assert viewing.asked(QueryDict("sort=-cost,cost,name,,-")).sort == "-cost,name"

    def test_drops_filters_that_mean_nothing(self) -> None:
        query = QueryDict("kind=robot&weight=feather&fits=-3&terms=none&measured=yes")

        assert filters.asked(query) == Filters()
