"""The register: every file of rules is in it, and every rule of a file."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from hvstudio.checks import rules
from hvstudio.checks.register import RULES, rules_in


def test_every_rule_of_every_file_is_registered_once() -> None:
    files = [import_module(f"{rules.__name__}.{found.name}") for found in iter_modules(rules.__path__)]
    declared = [rule.id for file in files for rule in rules_in(file)]
    assert sorted(declared) == sorted(RULES)


def test_every_rule_is_of_a_family_that_has_a_title() -> None:
    # a rule of an unknown family would be in no list
    assert {rule.family for rule in RULES.values()} == {
        "structure", "capacity", "hardware", "devices", "controls", "nested", "good_practice", "numbers",
    }  # fmt: skip
