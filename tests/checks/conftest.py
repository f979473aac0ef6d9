"""Compositions written as indented text, so that a test shows the diagram it speaks of."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable

import pytest

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.declaration import ValueType
from hvstudio.catalog.kinds import KINDS
from hvstudio.catalog.load import shipped_catalog
from hvstudio.model.document import Block, BlockId, Document, Value
from hvstudio.units import parse_quantity

Stack = Callable[[str], Document]


def value_of(kind: str, name: str, text: str) -> Value:
    """What a person would type into the inspector's field; `!` in front takes JSON as it is."""
    if text.startswith("!"):
        return json.loads(text[1:])
    declared = KINDS[kind].parameter(name) if kind in KINDS else None
    if declared is None or declared.value_type in (ValueType.CHOICE, ValueType.TEXT):
        return text
    if declared.value_type is ValueType.BOOLEAN:
        return {"true": True, "false": False}[text]
    number = parse_quantity(text, declared.quantity)
    return int(number) if declared.value_type is ValueType.INTEGER else number


def blocks_of(line: str, support: str | None) -> list[Block]:
    """The blocks of one line: `kind[:product] name[*count] [> target] [parameter=value ...]`."""
    words = shlex.split(line)
    kind, _, product = words[0].partition(":")
    name, _, count = words[1].partition("*")
    attached: str | None = None
    values: dict[str, Value] = {}
    suppressed: dict[str, str] = {}
    rest = words[2:]
    while rest:
        word = rest.pop(0)
        key, _, text = word.partition("=")
        if word == ">":
            attached = rest.pop(0)
        elif key == "rests_on":
            support = text
        elif key.startswith("suppress:"):
            suppressed[key.removeprefix("suppress:")] = text
        elif key == "called":
            values["called"] = text
        else:
            values[key] = value_of(kind, key, text)
    called = str(values.pop("called", "")) or None
    return [
        Block(
            id=BlockId(block_id),
            kind=kind,
            name=called or block_id,
            product=product,
            rests_on=None if support is None else BlockId(support),
            attached_to=None if attached is None else BlockId(attached),
            parameters=values,
            suppressed=suppressed,
        )
        for block_id in ([f"{name}{number}" for number in range(1, int(count) + 1)] if count else [name])
    ]


def read_stack(text: str) -> Document:
    """The document that an indented text draws: what is indented rests on the line above; ids are names."""
    blocks: dict[BlockId, Block] = {}
    below: list[tuple[int, str]] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        depth = len(line) - len(line.lstrip())
        while below and below[-1][0] >= depth:
            below.pop()
        made = blocks_of(line, below[-1][1] if below else None)
        for block in made:
            assert block.id not in blocks, f"{block.id} twice"
            blocks[block.id] = block
        below.append((depth, made[0].id))
    positions = {block.id: (0.0, 0.0) for block in blocks.values() if block.rests_on is None}
    return Document(title="Case", blocks=blocks, positions=positions, next_number=len(blocks) + 1)


@pytest.fixture(scope="session")
def stack() -> Stack:
    """Reads a composition from indented text."""
    return read_stack


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalogue that ships."""
    return shipped_catalog()
