"""Actions on runs, and on what is running."""

from __future__ import annotations

from typing import Final

from hvstudio.catalog.role import Role
from hvstudio.gui.window.actions.action import Action
from hvstudio.gui.window.actions.state import State, needs_one
from hvstudio.gui.window.parts import Parts
from hvstudio.gui.work.run_state import RunState

_MACHINES: Final = frozenset({Role.VIRTUAL_MACHINE})
_PLAY_TEXTS: Final = {RunState.RUNNING: "Pause", RunState.PAUSED: "Continue"}


def _can_run(state: State) -> str:
    return "" if state.blocks else "Put blocks on the canvas first: hardware, an operating system and a workload."


def _needs_run(state: State) -> str:
    return "" if state.run.is_live else "Nothing is running. Press Space to run."


def _needs_one_in_run(state: State) -> str:
    return _needs_run(state) or needs_one(state)


def _crash(parts: Parts) -> None:
    if parts.workspace.primary is not None:
        parts.runs.crash(parts.workspace.primary)


def _toggle_pause(parts: Parts) -> None:
    if parts.workspace.primary is not None:
        parts.runs.toggle_pause(parts.workspace.primary)


def _toggle_saved(parts: Parts) -> None:
    if parts.workspace.primary is not None:
        parts.runs.toggle_saved(parts.workspace.primary)


def _toggle_power(parts: Parts) -> None:
    if parts.workspace.primary is not None:
        parts.runs.toggle_power(parts.workspace.primary)


# fmt: off
RUN: Final[tuple[Action, ...]] = (
    Action(name="run", text="Run", menu="Run", icon="run", keys=("Space",), why_not=_can_run, bar=95,
           tip="Simulate this composition; press again to pause",
           label=lambda state: _PLAY_TEXTS.get(state.run, "Run"),
           symbol=lambda state: "pause" if state.run is RunState.RUNNING else "run",
           act=lambda parts: parts.runs.toggle()),
    Action(name="stop", text="Stop", menu="Run", icon="stop", keys=("Shift+Space",), why_not=_needs_run, bar=93,
           tip="End the run and keep what it found", act=lambda parts: parts.runs.stop()),
    Action(name="run-again", text="Run again", menu="Run", icon="run-again", keys=("Ctrl+Shift+R",),
           why_not=_can_run, bar=94, tip="Start a new run of the composition as it is now; earlier runs are kept",
           act=lambda parts: parts.runs.start()),
    Action(name="slower", text="Slower", menu="Run", icon="slower", keys=("<", ","), starts_group=True, bar=91,
           tip="Simulate fewer seconds per second", act=lambda parts: parts.runs.change_speed(-1)),
    Action(name="faster", text="Faster", menu="Run", icon="faster", keys=(">", "."), bar=92,
           tip="Simulate more seconds per second", act=lambda parts: parts.runs.change_speed(1)),
    Action(name="crash", text="Crash block", menu="Run", icon="crash", why_not=_needs_one_in_run, starts_group=True,
           on_block=1, is_of_runs=True,
           tip="While it runs: let the selected block fail, with everything that depends on it", act=_crash),
    Action(name="pause-vm", text="Pause or resume VM", menu="Run", icon="pause", why_not=_needs_one_in_run,
           on_block=2, is_of_runs=True, roles=_MACHINES,
           tip="While it runs: freeze the selected virtual machine, or let it go on", act=_toggle_pause),
    Action(name="save-vm", text="Save or restore VM", menu="Run", icon="save", why_not=_needs_one_in_run,
           on_block=3, is_of_runs=True, roles=_MACHINES,
           tip="While it runs: save the selected virtual machine's state and stop it, or restore it",
           act=_toggle_saved),
    Action(name="power-vm", text="Switch VM off or on", menu="Run", icon="stop", why_not=_needs_one_in_run,
           on_block=4, is_of_runs=True, roles=_MACHINES,
           tip="While it runs: switch the selected virtual machine off, or on again after that or a crash",
           act=_toggle_power),
)
# fmt: on
