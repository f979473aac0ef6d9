"""Names of kinds do not travel: code asks for the role of a block (`role_of`), only the catalogue knows "vm"."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import Final

from hvstudio.catalog.kinds import KINDS

PACKAGE = Path(__file__).resolve().parent.parent / "hvstudio"

ROOMS: Final = ("composition", "checks", "editor", "insight", "simulation/compile", "files", "gui", "cli")
"""Where no kind is called by its name. Rooms that cannot know the catalogue need no test."""

DEVICES: Final = "disks or network cards as a class of devices, physical and virtual"
OTHER_MEANINGS: Final = {
    "adapt.py": DEVICES,
    "assignment.py": DEVICES,
    "consequences.py": "a word of a sentence",
    "controls.py": "whom the controls of a product work on",
    "demand.py": DEVICES,
    "devices.py": DEVICES,
    "disk.py": DEVICES,
    "good_practice.py": "a word of a sentence",
    "network.py": DEVICES,
    "origins.py": DEVICES,
    "paging.py": DEVICES,
    "sums.py": DEVICES,
    "compare.py": "a key of the results",
    "sarif.py": "a severity",
    "simulate.py": "a key of the results",
    "sweep.py": "a column of the results",
    "validate.py": "a severity, and a key of the results",
    "face.py": "the lettering of notes",
    "lettering.py": "the lettering of notes",
    "painting.py": "the lettering of notes, and a severity",
    "icons.py": "a severity",
    "comparison.py": "a key of the results",
    "help.py": "the colour of a severity",
    "problems.py": "a severity",
    "results.py": "a key of the results",
    "layers_plot.py": "a layer of the processor's time",
    "message_bar.py": "a severity",
    "message.py": "a severity",
}
"""Files in which such a word stands for something else."""


def names_in(file: Path) -> Counter[str]:
    """The names of kinds that stand as text in a file, and how often."""
    texts = (
        node.value for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Constant)
    )
    return Counter(text for text in texts if isinstance(text, str) and text in KINDS)


def test_kinds_are_asked_for_their_role_and_not_called_by_name() -> None:
    found = {
        str(file.relative_to(PACKAGE)): dict(names)
        for room in ROOMS
        for file in sorted((PACKAGE / room).rglob("*.py"))
        if file.name not in OTHER_MEANINGS and (names := names_in(file))
    }
    assert found == {}
