"""Numbered migrations: each takes the parsed fields of one format version to the next, purely.

A new version adds one function at the end of `MIGRATIONS` and one kept file in `tests/data/versions/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias, cast

from hvstudio.files.block_reader import Misfit

Fields: TypeAlias = Mapping[str, Any]
Migration: TypeAlias = Callable[[Fields], dict[str, Any]]


def flatten_stacks(fields: Fields) -> dict[str, Any]:
    """Version 0 nested what rests on a block in its "stack"; version 1 lists all blocks and says `rests_on`."""
    blocks: list[dict[str, Any]] = []
    supports: list[int | None] = []
    waiting: list[tuple[Any, int | None, str]] = [
        (raw, None, f"stack[{place}]") for place, raw in enumerate(_list(fields.get("stack", []), "stack"))
    ]
    waiting.reverse()
    while waiting:
        raw, support, path = waiting.pop()
        if not isinstance(raw, dict):
            raise Misfit("a block should be an object.", path=path)
        old = cast("dict[str, Any]", raw)
        blocks.append({_RENAMED.get(name, name): value for name, value in old.items() if name != "stack"})
        supports.append(support)
        nested = _list(old.get("stack", []), f"{path}.stack")
        above = [(item, len(blocks) - 1, f"{path}.stack[{place}]") for place, item in enumerate(nested)]
        waiting.extend(reversed(above))
    kept = {name: value for name, value in fields.items() if name not in ("version", "name", "stack")}
    return {**kept, "version": 1, "title": fields.get("name", "Untitled"), "blocks": _identified(blocks, supports)}


_RENAMED: Final = {"params": "parameters", "at": "position", "uses": "attached_to"}


def _identified(blocks: Sequence[Fields], supports: Sequence[int | None]) -> list[dict[str, Any]]:
    """Blocks of version 0 with an id each (they bore one only where something was attached) and what they rest on."""
    taken = {block["id"] for block in blocks if isinstance(block.get("id"), str)}
    ids: list[Any] = []
    for place, block in enumerate(blocks):
        number = place + 1
        while "id" not in block and f"{block.get('kind')}-{number}" in taken:
            number += 1
        ids.append(block.get("id", f"{block.get('kind')}-{number}"))
        if isinstance(ids[-1], str):
            taken.add(ids[-1])
    return [
        {"id": ids[place], **block, **({} if (support := supports[place]) is None else {"rests_on": ids[support]})}
        for place, block in enumerate(blocks)
    ]


def _list(value: Any, path: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise Misfit("this should be a list of blocks.", path=path)
    return cast("list[Any]", value)


MIGRATIONS: Final[tuple[Migration, ...]] = (flatten_stacks,)
"""`MIGRATIONS[n]` leads from version n to version n + 1."""

FORMAT_VERSION: Final = len(MIGRATIONS)
"""The version this program writes."""


def migrate(fields: Fields, version: int) -> dict[str, Any]:
    """The fields as the present version would have written them; the argument is left as it is."""
    current = dict(fields)
    for migration in MIGRATIONS[version:]:
        current = migration(current)
    return current
