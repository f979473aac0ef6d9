"""What can be told to a run while it runs; every message names a block."""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen


@frozen
class SetControls:
    """Weight, reserve and limit of a VM's scheduling entity; None leaves a control as it is, limit 0 lifts it."""

    block: str
    weight: float | None = None
    reserve: float | None = None
    limit: float | None = None


@frozen
class PauseVm:
    """Nothing of the VM runs until resumed; requests keep coming and wait, as at a machine that answers slowly."""

    block: str


@frozen
class ResumeVm:
    """The end of a pause or of a saved state."""

    block: str


@frozen
class StopVm:
    """Switch off: requests under way are lost."""

    block: str


@frozen
class StartVm:
    """Switch on again after a stop or a crash: clients and open sources begin anew, a trace at its beginning."""

    block: str


@frozen
class SaveVm:
    """Preserve the state: like a pause, but no new requests arrive until it is resumed.

    Clients outside do not queue up before a machine that is not there: what an open source or a trace would have sent
    meanwhile never comes, and is not counted. A trace's clock goes on; what is due after the resumption comes.
    """

    block: str


@frozen
class CheckpointVm:
    """Take a checkpoint: the VM stands still for `pause_s` of simulated time, then goes on by itself."""

    block: str
    pause_s: float = 0.5


@frozen
class ResizeVm:
    """Give the VM that many virtual processors, at most as many as it was composed with."""

    block: str
    processors: int


@frozen
class Crash:
    """A block fails: every VM that is the block, or depends on it, loses its requests and stays off."""

    block: str


@frozen
class SetWorkload:
    """A live edit of a VM's workload (block of the VM, or name of one of its request classes)."""

    block: str
    clients: int | None = None
    rate_per_s: float | None = None
    think_s: float | None = None
    threads: int | None = None
    """Of software that brings its own: a native or background program, or one of several in a VM."""


RunMessage: TypeAlias = (
    SetControls | PauseVm | ResumeVm | StopVm | StartVm | SaveVm | CheckpointVm | ResizeVm | Crash | SetWorkload
)
