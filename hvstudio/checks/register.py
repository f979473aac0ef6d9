"""The register of all rules, in the order of the rule reference."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from hvstudio.catalog.kinds import KINDS
from hvstudio.checks.rule import Rule
from hvstudio.checks.rules import (
    assignment,
    capacity,
    controls,
    demand,
    devices,
    good_practice,
    hardware,
    hypervisors,
    nested,
    numbers,
    placement,
    structure,
    vm_devices,
)

_FILES: Final = (
    structure, placement, hypervisors, capacity, demand, hardware, devices, vm_devices, assignment, controls, nested,
    good_practice, numbers,
)  # fmt: skip
"""Every file of rules, in the order in which their rules are listed."""

_TITLES: Final = {
    "structure": "Structure: what stands on what",
    "capacity": "Capacity: whether it is large enough",
    "hardware": "Requirements: what products demand",
    "devices": "Devices: disks, cards and switches",
    "controls": "Controls: weight, reserve, limit, dynamic memory",
    "nested": "Nesting: hypervisors in VMs",
    "good_practice": "Good practice",
    "numbers": "Numbers that cannot be or look like a slip",
}
"""Every family of rules, which the first part of their ids names."""


def rules_in(file: ModuleType) -> tuple[Rule, ...]:
    """The rules that a file declares, in the order in which they stand there; what it imports is not its own."""
    rules = (value for value in vars(file).values() if isinstance(value, Rule))
    return tuple(rule for rule in rules if rule.look.__module__ == file.__name__)


def _family(name: str) -> tuple[Rule, ...]:
    return tuple(rule for file in _FILES for rule in rules_in(file) if rule.family == name)


FAMILIES: Final = tuple((name, title, _family(name)) for name, title in _TITLES.items())
"""Every family of rules: id, title, rules."""

RULES: Final[dict[str, Rule]] = {rule.id: rule for _, _, rules in FAMILIES for rule in rules}
"""Every rule by its id."""

RULES_BY_KIND: Final[dict[str, tuple[Rule, ...]]] = {
    name: tuple(rule for rule in RULES.values() if kind.role in rule.looks_at or "*" in rule.looks_at)
    for name, kind in KINDS.items()
}
"""The rules that look at each kind of block."""

RULES_OF_ORDINARY_BLOCKS: Final[dict[str, tuple[Rule, ...]]] = {
    kind: tuple(rule for rule in rules if "*" not in rule.looks_at) for kind, rules in RULES_BY_KIND.items()
}
"""Those of them that can have something to say of an ordinary block (`Scene.is_ordinary`)."""

HOST_RULES_BY_KIND: Final[dict[str, tuple[Rule, ...]]] = {
    kind: tuple(rule for rule in rules if rule.reads_host) for kind, rules in RULES_BY_KIND.items()
}
"""Those of them that read the host under a block."""

RULES_OF_UNKNOWN_KINDS: Final[tuple[Rule, ...]] = tuple(rule for rule in RULES.values() if "*" in rule.looks_at)
"""The rules that look at a block whose kind is not known here."""
