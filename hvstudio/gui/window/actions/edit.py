"""Actions that change the composition or what is selected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hvstudio.editor.aligning import Direction, Line
from hvstudio.gui.window.actions.action import ARRANGE, Action
from hvstudio.gui.window.actions.state import State, needs_blocks, needs_one, needs_selection
from hvstudio.gui.window.parts import Parts


def _needs_undo(state: State) -> str:
    return "" if state.undo_label else "Nothing has been changed yet."


def _needs_redo(state: State) -> str:
    return "" if state.redo_label else "Nothing was undone."


def _needs_two_free(state: State) -> str:
    return "" if state.free >= 2 else "Select at least two hosts, notes or free stacks first."


def _needs_three_free(state: State) -> str:
    return "" if state.free >= 3 else "Select at least three hosts, notes or free stacks first."


def _with_step(word: str, label: str) -> str:
    return f"{word} {label[:1].lower()}{label[1:]}".strip()


def _align(line: Line) -> Callable[[Parts], object]:
    return lambda parts: parts.canvas.align(line)


def _distribute(way: Direction) -> Callable[[Parts], object]:
    return lambda parts: parts.canvas.distribute(way)


# fmt: off
EDIT: Final[tuple[Action, ...]] = (
    Action(name="undo", text="Undo", menu="Edit", icon="undo", keys=("Ctrl+Z",), why_not=_needs_undo, bar=21,
           tip="Take back the last change", label=lambda state: _with_step("Undo", state.undo_label),
           act=lambda parts: parts.workspace.undo()),
    Action(name="redo", text="Redo", menu="Edit", icon="redo", keys=("Ctrl+Shift+Z", "Ctrl+Y"), why_not=_needs_redo,
           bar=22, tip="Do again what was undone", label=lambda state: _with_step("Redo", state.redo_label),
           act=lambda parts: parts.workspace.redo()),
    Action(name="cut", text="Cut", menu="Edit", icon="cut", keys=("Ctrl+X",), why_not=needs_selection,
           starts_group=True, bar=31, on_block=21, tip="Cut the selected blocks with all that rests on them",
           act=lambda parts: parts.canvas.commands.cut()),
    Action(name="copy", text="Copy", menu="Edit", icon="copy", keys=("Ctrl+C",), why_not=needs_selection,
           bar=32, on_block=22, tip="Copy the selected blocks with all that rests on them",
           act=lambda parts: parts.canvas.commands.copy()),
    Action(name="paste", text="Paste", menu="Edit", icon="paste", keys=("Ctrl+V",), bar=33, on_block=23, on_canvas=11,
           tip="Paste onto the selected block", act=lambda parts: parts.canvas.commands.paste()),
    Action(name="duplicate", text="Duplicate", menu="Edit", icon="duplicate", keys=("Ctrl+D",),
           why_not=needs_selection, on_block=24, tip="Put a copy beside each selected block",
           act=lambda parts: parts.canvas.commands.duplicate()),
    Action(name="delete", text="Delete", menu="Edit", icon="delete", keys=("Del",), why_not=needs_selection, bar=34,
           on_block=25, tip="Delete the selected blocks with all that rests on them",
           act=lambda parts: parts.canvas.commands.delete()),
    Action(name="rename", text="Rename", menu="Edit", icon="rename", keys=("F2",), why_not=needs_one, on_block=11,
           tip="Give the selected block another name", act=lambda parts: parts.canvas.rename()),
    Action(name="select-all", text="Select all", menu="Edit", icon="select-all", keys=("Ctrl+A",),
           why_not=needs_blocks, starts_group=True, on_canvas=12, tip="Select every block",
           act=lambda parts: parts.canvas.commands.select_all()),
    Action(name="find", text="Find on canvas…", menu="Edit", icon="find", keys=("Ctrl+F",), why_not=needs_blocks,
           bar=44, tip="Find blocks by name, product or kind", act=lambda parts: parts.find_bar.open()),
    Action(name="command-palette", text="Command palette…", menu="Edit", icon="command", keys=("Ctrl+K",),
           tip="Type what you want to do or insert", act=lambda parts: parts.command_palette.open()),

    Action(name="align-left", text="Align left edges", menu=ARRANGE, why_not=_needs_two_free, act=_align("left"),
           tip="Put the selected stacks in line at the left edge of them all"),
    Action(name="align-centre", text="Align centres", menu=ARRANGE, why_not=_needs_two_free, act=_align("centre"),
           tip="Put the selected stacks in line at their centres, one above the other"),
    Action(name="align-right", text="Align right edges", menu=ARRANGE, why_not=_needs_two_free, act=_align("right"),
           tip="Put the selected stacks in line at the right edge of them all"),
    Action(name="align-top", text="Align tops", menu=ARRANGE, why_not=_needs_two_free, act=_align("top"),
           starts_group=True, tip="Put the upper ends of the selected stacks in line"),
    Action(name="align-middle", text="Align middles", menu=ARRANGE, why_not=_needs_two_free, act=_align("middle"),
           tip="Put the middles of the selected stacks in line, side by side"),
    Action(name="align-bottom", text="Align bottoms", menu=ARRANGE, why_not=_needs_two_free, act=_align("bottom"),
           tip="Put the selected stacks on common ground"),
    Action(name="distribute-across", text="Distribute across", menu=ARRANGE, why_not=_needs_three_free,
           act=_distribute("across"), starts_group=True,
           tip="Make the gaps between the selected stacks equal, from left to right"),
    Action(name="distribute-down", text="Distribute down", menu=ARRANGE, why_not=_needs_three_free,
           act=_distribute("down"), tip="Make the gaps between the selected stacks equal, from top to bottom"),
)
# fmt: on
