"""What can go wrong, said to a person: what happened, to which thing, what to do about it."""

from __future__ import annotations


class HVStudioError(Exception):
    """An error meant to be shown to the person using the studio.

    `message` says what happened, `where` names the thing it happened to (a file, a block, a field),
    `hint` says what to do. Any of the last two may be empty.
    """

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message, where, hint)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        head = f"{self.where}: {self.message}" if self.where else self.message
        return f"{head} {self.hint}" if self.hint else head


class EditError(HVStudioError, ValueError):
    """An edit that can never be: a block resting on itself, a block that is not there."""


class CatalogError(HVStudioError, ValueError):
    """The catalogue, or a user's addition to it, is wrong or does not know a name."""


class QuantityError(HVStudioError, ValueError):
    """A typed quantity cannot be read or lies outside its range."""


class PlanError(HVStudioError, ValueError):
    """A composition that cannot be simulated; `where` names the block, the message the parameter."""


class FileError(HVStudioError):
    """A file that cannot be read, understood or written; the document in memory is untouched."""


class UserCancelled(HVStudioError):  # noqa: N818  (a decision of the person, not a fault)
    """The person cancelled; say nothing."""
