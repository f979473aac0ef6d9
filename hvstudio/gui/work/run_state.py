"""The states of the window's run, and which may follow which."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class RunState(StrEnum):
    """What the run of the present document is doing; a run that was stopped keeps what it found."""

    IDLE = "idle"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    RESTARTING = "restarting"
    """Stopping, to begin anew as soon as the engine has added up what it found."""
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def is_live(self) -> bool:
        """Whether the run takes faults, life-cycle events and live edits."""
        return self in (RunState.RUNNING, RunState.PAUSED)

    @property
    def has_ended(self) -> bool:
        """Whether a run is there to look at that nothing will be added to."""
        return self in ENDED


ENDED: Final = frozenset({RunState.FINISHED, RunState.STOPPED, RunState.FAILED})

_NEXT: Final[dict[RunState, frozenset[RunState]]] = {
    RunState.IDLE: frozenset({RunState.STARTING}),
    RunState.STARTING: frozenset({RunState.RUNNING}),
    RunState.RUNNING: ENDED | {RunState.PAUSED, RunState.STOPPING, RunState.RESTARTING},
    RunState.PAUSED: ENDED | {RunState.RUNNING, RunState.STOPPING, RunState.RESTARTING},
    RunState.STOPPING: ENDED | {RunState.RESTARTING},
    RunState.RESTARTING: ENDED | {RunState.STOPPING},
    RunState.FINISHED: frozenset({RunState.STARTING}),
    RunState.STOPPED: frozenset({RunState.STARTING}),
    RunState.FAILED: frozenset({RunState.STARTING}),
}


def may_follow(present: RunState, wanted: RunState) -> bool:
    """Whether a run goes from one state to the other. Another document is opened in any state: all lead to idle."""
    return wanted in (present, RunState.IDLE) or wanted in _NEXT[present]
