"""JSON read strictly: whatever is wrong becomes a `FileError` naming the line and column, never another exception."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, cast

from hvstudio.errors import FileError
from hvstudio.units import shortened

LARGEST_INTEGER: Final = 2**63 - 1
"""Whole numbers beyond this do not fit the types of the programs that share our files."""

MOST_VALUES: Final = 5_000_000
"""Commas; 100,000 blocks have about a tenth. Each value costs far more memory than its text."""

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s\[\]{},:"]+', re.DOTALL)
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SURROGATE_ESCAPE: Final = re.compile(r"\\u[dD][89a-fA-F]")


class _BadNumberError(ValueError):
    """A number the strict reader does not take; carries the text of it."""

    def __init__(self, token: str) -> None:
        super().__init__(token)
        self.token = token


class _DuplicateKeyError(ValueError):
    """The same key twice in one object."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def parse(text: str, *, name: str) -> Any:
    """The value of a JSON text.

    Raises FileError for syntax errors, NaN and infinity, numbers too large, one key twice in an object, and nesting
    deeper than the interpreter can follow. Lone surrogates in strings become U+FFFD, so that texts can be encoded.
    """
    if text.count(",") > MOST_VALUES:
        raise FileError("there are far too many values in it.", where=name, hint="This is no document of HVStudio.")
    try:
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_float,
            parse_int=_integer,
            object_pairs_hook=_object,
        )
        return without_surrogates(value) if _SURROGATE_ESCAPE.search(text) else value
    except json.JSONDecodeError as error:
        raise _syntax_error(error, text, name) from None
    except _BadNumberError as error:
        place = _place_of_token(text, error.token)
        message = f"{shortened(error.token, 24)} is not a number that can be used here."
        raise FileError(
            message, where=f"{name}, {place}", hint="Numbers must be finite and of sensible size."
        ) from None
    except _DuplicateKeyError as error:
        message = f"the field “{shortened(error.key)}” appears twice in one object."
        raise FileError(message, where=name, hint="Remove one of the two.") from None
    except RecursionError:
        message = "lists or objects are nested far too deeply."
        raise FileError(message, where=name, hint="This is not a document made by HVStudio.") from None


def without_surrogates(value: Any) -> Any:
    """The same value with every lone surrogate in its texts replaced by U+FFFD."""
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("�", value)
    if isinstance(value, list):
        return [without_surrogates(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {without_surrogates(key): without_surrogates(item) for key, item in fields.items()}
    return value


def line_and_column(text: str, offset: int) -> str:
    """Where an offset is, as an editor shows it."""
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return f"line {line}, column {column}"


def _syntax_error(error: json.JSONDecodeError, text: str, name: str) -> FileError:
    if not text.strip():
        return FileError("the file is empty.", where=name, hint="Nothing of it is left here.")
    where = f"{name}, {line_and_column(text, error.pos)}"
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return FileError("the file ends too early.", where=where, hint="It was cut off while it was written or copied.")
    return FileError(f"this is not valid JSON ({error.msg}).", where=where, hint="Correct that place in a text editor.")


def _refuse_constant(token: str) -> float:
    raise _BadNumberError(token)


def _float(token: str) -> float:
    value = float(token)
    if not math.isfinite(value):
        raise _BadNumberError(token)
    return value


def _integer(token: str) -> int:
    if len(token) > 20 or abs(value := int(token)) > LARGEST_INTEGER:
        raise _BadNumberError(token)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _DuplicateKeyError(key)
            seen.add(key)
    return made


def _place_of_token(text: str, token: str) -> str:
    """The line and column of the first such token outside of strings."""
    for match in _TOKEN.finditer(text):
        if match.group() == token:
            return line_and_column(text, match.start())
    return "somewhere"
