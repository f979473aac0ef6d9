"""A message to the person: what happened, how bad it is, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen


@frozen(kw_only=True, eq=False)
class Message:
    """One message: a severity ("error", "warning", "note", "success"), a text, and what can be done about it."""

    text: str
    severity: str = "note"
    actions: tuple[tuple[str, Callable[[], object]], ...] = ()
    key: str = ""
    """A later message of the same key takes the place of this one."""
    lasting: bool = False
