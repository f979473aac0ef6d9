"""Which values of the cost cards were fitted, and on which published rows."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class Fitted:
    """One value of a card; `rows` says what it was chosen to meet."""

    card: str
    name: str
    value: float
    rows: str


FITTED: tuple[Fitted, ...] = ()
