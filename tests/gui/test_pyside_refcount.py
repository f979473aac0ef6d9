"""The guard against bindings that lose references to None, and against signals that lose dictionaries.

PySide6 6.12.0 on Python 3.11 dropped one reference for every call that returns nothing and aborted the process after
about 5,300 of them. From Python 3.12 None is immortal, and the count says nothing any more.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

CALLS = 1000
SOURCES = Path(__file__).parent.parent.parent / "hvstudio"


@pytest.mark.usefixtures("qapp")
def test_a_thousand_void_calls_lose_no_reference_to_none() -> None:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    colour = QColor("red")
    painter.setPen(colour)
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        painter.setPen(colour)
    lost = before - sys.getrefcount(None)
    painter.end()
    assert lost < CALLS // 10


def test_no_signal_carries_a_dict(qtbot: QtBot) -> None:
    """`Signal(dict)` with keys that are not strings delivers an empty dict; `Signal(object)` is always right."""
    wrong = [
        f"{path.relative_to(SOURCES)}:{node.lineno}"
        for path in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _is_signal(node.func) and any(_is_dict(argument) for argument in node.args)
    ]
    assert not wrong


def _is_signal(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("Signal", "Slot")


def _is_dict(argument: ast.expr) -> bool:
    named = argument.value if isinstance(argument, ast.Subscript) else argument
    text = named.value if isinstance(named, ast.Constant) else getattr(named, "id", "")
    return str(text) in ("dict", "Mapping", "QVariantMap")
