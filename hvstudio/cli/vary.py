"""What `sweep` varies: `BLOCK.param=a:b:step`, read, checked against the catalogue, and applied to documents."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.declaration import Parameter, ValueType
from hvstudio.catalog.load import value_problem
from hvstudio.errors import HVStudioError
from hvstudio.model.document import BlockId, Document, Value
from hvstudio.model.edits import set_parameters
from hvstudio.units import parse_quantity, shortened

MOST_POINTS: Final = 10_000
_SHAPE: Final = re.compile(r"^(?P<block>.+)\.(?P<parameter>[\w-]+)\s*=(?P<values>.+)$", re.DOTALL)
_HINT: Final = "Write it as 'BLOCK.param=first:last:step', such as 'Mail.virtual_processors=1:8:1'."


class VaryError(HVStudioError, ValueError):
    """What should be varied cannot be."""


@frozen(kw_only=True)
class Variation:
    """One parameter of one block and the values it takes in turn."""

    block: BlockId
    parameter: Parameter
    values: tuple[Value, ...]

    @property
    def label(self) -> str:
        """The heading of its column."""
        return f"{self.block}.{self.parameter.name}"


def read_variation(text: str, document: Document, catalog: Catalog) -> Variation:
    """Read one `--vary`; VaryError naming what is wrong with it."""
    match = _SHAPE.match(text.strip())
    if match is None:
        raise VaryError("this does not say what to vary.", where=shortened(text), hint=_HINT)
    block = _block(match["block"].strip(), document)
    kind = catalog.kinds.get(document.blocks[block].kind)
    parameter = None if kind is None else kind.parameter(match["parameter"])
    if parameter is None:
        known = ", ".join(item.name for item in kind.parameters) if kind else "none"
        message = f"the block “{shortened(document.blocks[block].name)}” has no parameter {match['parameter']}."
        raise VaryError(message, where=shortened(text), hint=f"It has: {known}.")
    return Variation(block=block, parameter=parameter, values=_values(match["values"].strip(), parameter, text))


def points(document: Document, variations: Sequence[Variation]) -> Iterator[tuple[Mapping[str, Value], Document]]:
    """Every combination of values, by column heading, with the document that has them."""
    for combination in itertools.product(*(variation.values for variation in variations)):
        changed = document
        for variation, value in zip(variations, combination, strict=True):
            changed = set_parameters(changed, [variation.block], {variation.parameter.name: value})
        yield {item.label: value for item, value in zip(variations, combination, strict=True)}, changed


def _block(wanted: str, document: Document) -> BlockId:
    if BlockId(wanted) in document.blocks:
        return BlockId(wanted)
    named = [block.id for block in document.blocks.values() if block.name == wanted]
    if len(named) == 1:
        return named[0]
    if named:
        hint = f"Use the id of the one you mean: {', '.join(named[:12])}."
        raise VaryError(f"{len(named)} blocks are called “{shortened(wanted)}”.", where=document.title, hint=hint)
    hint = "Use a block's name, or its id (hvstudio validate FILE --json shows ids; so does the file itself)."
    raise VaryError(f"there is no block “{shortened(wanted)}”.", where=document.title, hint=hint)


def _values(text: str, parameter: Parameter, whole: str) -> tuple[Value, ...]:
    if parameter.value_type in (ValueType.CHOICE, ValueType.TEXT, ValueType.BOOLEAN):
        values: tuple[Value, ...] = tuple(_choice(part.strip(), parameter) for part in text.split(","))
    elif ":" in text:
        values = _range(text, parameter, whole)
    else:
        values = tuple(_number(part, parameter) for part in text.split(","))
    for value in values:
        problem = value_problem(parameter, value)
        if problem:
            raise VaryError(problem, where=shortened(whole))
    return values


def _choice(text: str, parameter: Parameter) -> Value:
    if parameter.value_type is not ValueType.BOOLEAN:
        return text
    known = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    return known.get(text.lower(), text)


def _number(text: str, parameter: Parameter) -> int | float:
    value = parse_quantity(text, parameter.quantity)
    return _whole(value, parameter, text) if parameter.value_type is ValueType.INTEGER else value


def _whole(value: float, parameter: Parameter, whole: str) -> int:
    nearest = round(value)
    if abs(value - nearest) > 1e-9 * max(1.0, abs(value)):
        raise VaryError(f"{parameter.label} must be a whole number, and {value:g} is none.", where=shortened(whole))
    return nearest


def _range(text: str, parameter: Parameter, whole: str) -> tuple[Value, ...]:
    parts = text.split(":")
    if len(parts) != 3:
        raise VaryError("a range has a first value, a last value and a step.", where=shortened(whole), hint=_HINT)
    first, last, step = (parse_quantity(part, parameter.quantity) for part in parts)
    if step == 0 or (last - first) * step < 0:
        message = "the step does not lead from the first value to the last."
        raise VaryError(message, where=shortened(whole), hint=_HINT)
    count = math.floor((last - first) / step * (1 + 1e-12) + 1e-9) + 1
    if count > MOST_POINTS:
        raise VaryError(f"this range has {count} values; at most {MOST_POINTS} are run.", where=shortened(whole))
    values = (first + number * step for number in range(count))
    is_whole = parameter.value_type is ValueType.INTEGER
    return tuple(_whole(value, parameter, whole) if is_whole else float(f"{value:.12g}") for value in values)
