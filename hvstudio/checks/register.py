"""The register of all rules, in the order of the rule reference."""

from __future__ import annotations

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


def _of(family: str, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if rule.family == family)


FAMILIES: Final[tuple[tuple[str, str, tuple[Rule, ...]], ...]] = (
    ("structure", "Structure: what stands on what", (*structure.RULES, *placement.RULES, *hypervisors.RULES)),
    ("capacity", "Capacity: whether it is large enough", (*capacity.RULES, *demand.RULES)),
    ("hardware", "Requirements: what products demand", (*hardware.RULES, *_of("hardware", assignment.RULES))),
    (
        "devices",
        "Devices: disks, cards and switches",
        (*devices.RULES, *vm_devices.RULES, *_of("devices", assignment.RULES)),
    ),
    ("controls", "Controls: weight, reserve, limit, dynamic memory", controls.RULES),
    ("nested", "Nesting: hypervisors in VMs", nested.RULES),
    ("good_practice", "Good practice", good_practice.RULES),
    ("numbers", "Numbers that cannot be or look like a slip", numbers.RULES),
)
"""Every family of rules: id, title, rules."""

RULES: Final[dict[str, Rule]] = {rule.id: rule for _, _, rules in FAMILIES for rule in rules}
"""Every rule by its id."""

RULES_BY_KIND: Final[dict[str, tuple[Rule, ...]]] = {
    kind: tuple(rule for rule in RULES.values() if kind in rule.kinds or "*" in rule.kinds) for kind in KINDS
}
"""The rules that look at each kind of block."""

RULES_OF_ORDINARY_BLOCKS: Final[dict[str, tuple[Rule, ...]]] = {
    kind: tuple(rule for rule in rules if "*" not in rule.kinds) for kind, rules in RULES_BY_KIND.items()
}
"""Those of them that can have something to say of an ordinary block (`Scene.is_ordinary`)."""

HOST_RULES_BY_KIND: Final[dict[str, tuple[Rule, ...]]] = {
    kind: tuple(rule for rule in rules if rule.reads_host) for kind, rules in RULES_BY_KIND.items()
}
"""Those of them that read the host under a block."""

RULES_OF_UNKNOWN_KINDS: Final[tuple[Rule, ...]] = tuple(rule for rule in RULES.values() if "*" in rule.kinds)
"""The rules that look at a block whose kind is not known here."""
