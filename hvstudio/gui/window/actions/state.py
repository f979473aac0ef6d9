"""What decides which actions are possible, worked out from the workspace, the runs and the choices."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from attrs import frozen

from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.gui.window.parts import Parts
from hvstudio.gui.work.run_state import RunState


@frozen(kw_only=True)
class State:
    """What there is, what is selected, and what is going on."""

    blocks: int = 0
    selected: int = 0
    free: int = 0
    """How many of the selected blocks rest on nothing."""
    has_hypervisor: bool = False
    undo_label: str = ""
    redo_label: str = ""
    run: RunState = RunState.IDLE
    has_results: bool = False
    is_grid_shown: bool = True


WhyNot: TypeAlias = Callable[[State], str]
"""Why an action is not possible now, in a sentence; empty when it is."""


def state_of(parts: Parts) -> State:
    """The state at this moment."""
    workspace = parts.workspace
    blocks = workspace.document.blocks
    return State(
        blocks=len(blocks),
        selected=len(workspace.selection),
        free=sum(blocks[block_id].rests_on is None for block_id in workspace.selection),
        has_hypervisor=any(role_of(block) is Role.HYPERVISOR for block in blocks.values()),
        undo_label=workspace.undo_label,
        redo_label=workspace.redo_label,
        run=parts.runs.state,
        has_results=bool(parts.runs.runs),
        is_grid_shown=parts.choices.settings.show_grid,
    )


def always(_state: State) -> str:
    """Nothing stands in the way."""
    return ""


def needs_selection(state: State) -> str:
    """At least one block is selected."""
    return "" if state.selected else "Select a block first."


def needs_one(state: State) -> str:
    """One block is selected, and no other."""
    return "" if state.selected == 1 else "Select exactly one block first."


def needs_blocks(state: State) -> str:
    """The canvas is not empty."""
    return "" if state.blocks else "There is nothing on the canvas yet."


def needs_hypervisor(state: State) -> str:
    """There is something that can be converted."""
    return "" if state.has_hypervisor else "There is no hypervisor in this composition."


def needs_results(state: State) -> str:
    """Something was run."""
    return "" if state.has_results else "Run once first: there are no results yet."
