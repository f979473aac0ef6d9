"""The line under a block's name: the few facts a person looks for first."""

from __future__ import annotations

import re
from typing import Final

from hvstudio.catalog.appearance import KeyFact
from hvstudio.catalog.catalog import Catalog, choice_label
from hvstudio.catalog.declaration import Parameter, ValueType
from hvstudio.model.document import Block
from hvstudio.units import format_quantity

SEPARATOR: Final = " · "
_EXPLANATION: Final = re.compile(r" \(|: ")
"""What follows is said in the inspector: "Synthetic / paravirtual (...)", "External: VMs, host and network"."""


def key_facts(catalog: Catalog, block: Block) -> str:
    """The second line of a block: its product where the name does not say it, then its key numbers."""
    kind = catalog.kinds.get(block.kind)
    line = ""
    for fact in kind.key_facts if kind is not None else ():
        text = _in_words(catalog, block, fact)
        if text:
            line += (fact.joined_by or SEPARATOR) + text if line else text
    product = catalog.product_of(block)
    if product is not None and product.label.casefold() not in block.name.casefold():
        return product.label + (SEPARATOR + line if line else "")
    return line


def _in_words(catalog: Catalog, block: Block, fact: KeyFact) -> str:
    """One fact, or nothing where it is not worth being shown."""
    parameter = catalog.kind(block.kind).parameter(fact.parameter)
    if parameter is None or not _is_shown(catalog, block, fact):
        return ""
    if parameter.value_type in (ValueType.INTEGER, ValueType.NUMBER):
        value = catalog.number(block, fact.parameter)
        text = fact.text.format(format_quantity(value, parameter.quantity))
        return f"{text} {fact.noun}{'' if value == 1 else 's'}" if fact.noun else text
    return fact.text.format(_first_words(parameter, catalog.text(block, fact.parameter)))


def _is_shown(catalog: Catalog, block: Block, fact: KeyFact) -> bool:
    if fact.when is not None and catalog.value(block, fact.when[0]) not in fact.when[1]:
        return False
    if fact.above is not None and not catalog.number(block, fact.parameter) > fact.above:
        return False
    if fact.below is not None and not catalog.number(block, fact.parameter) < fact.below:
        return False
    is_set = catalog.value(block, fact.parameter) != catalog.default(block, fact.parameter)
    return is_set or not fact.only_if_set


def _first_words(parameter: Parameter, value: str) -> str:
    return _EXPLANATION.split(choice_label(parameter, value), maxsplit=1)[0]
