"""How a run is to be made."""

from __future__ import annotations

import math
from typing import Any

from attrs import field, frozen

from hvstudio.errors import PlanError
from hvstudio.simulation.plan.messages import RunMessage

LONGEST_RUN_S = 1e6
"""Simulated seconds; eleven days, far inside what int64 nanoseconds can count."""


def _above_zero(instance: Any, attribute: Any, value: float | None) -> None:
    if value is not None and not (math.isfinite(value) and value > 0):
        raise PlanError(f"{attribute.name} is {value}.", where="run options", hint="It must be a number above 0.")


def _not_negative(instance: Any, attribute: Any, value: float | None) -> None:
    if value is not None and not (math.isfinite(value) and value >= 0):
        raise PlanError(f"{attribute.name} is {value}.", where="run options", hint="It must be 0 or more.")


@frozen(kw_only=True)
class RunOptions:
    """Seed, lengths in simulated seconds and what to watch. Raises PlanError for senseless values."""

    seed: int = 1
    duration_s: float | None = field(default=60.0, validator=_above_zero)
    """None = until stopped (or until `target_precision` is reached)."""
    warmup_s: float | None = field(default=None, validator=_not_negative)
    """None = found from the data."""
    sample_interval_s: float = field(default=0.1, validator=_above_zero)
    speed: float | None = field(default=None, validator=_above_zero)
    """Simulated seconds per second; None = as fast as possible."""
    target_precision: float | None = field(default=None, validator=_above_zero)
    """Stop once the 95 % interval of every VM's throughput is within this fraction of it."""
    script: tuple[tuple[float, RunMessage], ...] = ()
    """Faults, life-cycle events and live edits that happen by themselves: (simulated seconds, message)."""
    check_conservation: bool = False
    """Assert at every sample that no time and no request got lost."""

    def __attrs_post_init__(self) -> None:
        for time_s, message in self.script:
            if not 0 <= time_s <= LONGEST_RUN_S:
                raise PlanError(f"the time {time_s} of a scripted event is out of range.", where=message.block)
        if self.duration_s is not None and self.duration_s > LONGEST_RUN_S:
            raise PlanError(f"duration_s is {self.duration_s:g}.", where="run options", hint="At most 1e6 s.")
        if self.duration_s is not None and self.warmup_s is not None and self.warmup_s >= self.duration_s:
            raise PlanError("warmup_s is not shorter than duration_s.", where="run options")

    @property
    def interval_ns(self) -> int:
        """The sampling interval; a short run still gets forty samples."""
        interval = round(self.sample_interval_s * 1e9)
        if self.duration_s is not None:
            interval = min(interval, round(self.duration_s * 1e9 / 40))
        return max(interval, 1)
