"""One table of a catalogue file: reads its plain fields, and says of what is wrong in it the file, line and product."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any, cast

from attrs import frozen

from hvstudio.errors import CatalogError


@frozen(kw_only=True)
class Entry:
    """The `number`-th `[[table]]` of a file, counted from 0; `text` is the whole file."""

    file: str
    text: str
    table: str
    number: int
    values: Mapping[str, Any]

    @property
    def name(self) -> str:
        """How messages call it."""
        own = self.values.get("id")
        return f"{self.table} {own}" if isinstance(own, str) and own else f"a {self.table}"

    def wrong(self, message: str, *path: str, hint: str = "") -> CatalogError:
        """An error about what stands at `path` (`"facts", "limits"`); about the table itself without one."""
        line = self.line_of(path)
        at = f"{self.file}, line {line}" if line else self.file
        return CatalogError(message, where=f"{at}: {self.name}", hint=hint)

    def string(self, key: str, default: str | None = None) -> str:
        """A text; without a default it may not be missing or empty."""
        value = self.values.get(key, default)
        if not isinstance(value, str) or (default is None and not value):
            raise self.wrong(f"field {key} must be a text", key)
        return value

    def below(self, key: str) -> dict[str, Any]:
        """A table inside this one; empty where there is none."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(f"{key} must be a table", key)
        return cast("dict[str, Any]", value)

    def line_of(self, path: tuple[str, ...]) -> int:
        """The line of a key, or of what it should stand in where there is no such key; 0 if none is found.

        tomllib tells no positions. So the text is read again up to each line that mentions the key: the first time
        the key is there, it was this line. Slow, exact, and needed once before the program says what is wrong.
        """
        lines = self.text.splitlines(keepends=True)
        for length in range(len(path), -1, -1):
            wanted = path[:length]
            word = wanted[-1] if wanted else self.table
            for number, line in enumerate(lines, start=1):
                if word in line and self._is_there(lines, number, wanted):
                    return number
        return 0

    def _is_there(self, lines: list[str], number: int, path: tuple[str, ...]) -> bool:
        """Whether the first `number` lines hold the key; a value over several lines is read to its end."""
        for end in range(number, len(lines) + 1):
            try:
                node: Any = tomllib.loads("".join(lines[:end])).get(self.table, [])
            except tomllib.TOMLDecodeError:
                continue
            if not isinstance(node, list) or len(cast("list[Any]", node)) <= self.number:
                return False
            node = cast("list[Any]", node)[self.number]
            for key in path:
                if not isinstance(node, dict) or key not in node:
                    return False
                node = cast("dict[str, Any]", node)[key]
            return True
        return False
