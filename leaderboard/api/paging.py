"""Long lists in pieces: `limit` and `offset` in, the piece and the total out."""

from collections.abc import Iterable
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from ninja import Field, Schema

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)
MAX_LIMIT = 200
MAX_OFFSET = 10_000_000


class Piece(Schema):
    """Which part of a list to return."""

    limit: int = Field(default=50, ge=1, le=MAX_LIMIT, description="How many at most.")
    offset: int = Field(default=0, ge=0, le=MAX_OFFSET, description="How many to skip.")

    def of(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """Return the rows of this piece."""
        return rows[self.offset : self.offset + self.limit]

    def listed(self, items: Iterable[Item], *, total: int) -> "Listed[Item]":
        """Return this piece of a list of so many."""
        return Listed(total=total, limit=self.limit, offset=self.offset, items=list(items))


class Listed(Schema, Generic[Item]):
    """A piece of a list."""

    total: int = Field(description="How many there are in all.")
    limit: int
    offset: int
    items: list[Item]
