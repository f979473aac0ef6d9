"""What one request costs the processor of the machine it runs in: its own work and what virtualization adds."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from hvstudio.composition.machines import Machine
from hvstudio.composition.techniques import exit_cycles, kernel_factor, technique_under, user_factor
from hvstudio.model.document import Block
from hvstudio.simulation.compile.assembly import Assembly

_EVENTS: Final = (
    ("syscalls", "syscall"),
    ("page_faults", "page_fault"),
    ("page_table_updates", "page_table_update"),
    ("context_switches", "context_switch"),
    ("wakeups", "wakeup"),
)


@frozen(kw_only=True)
class Demand:
    """Mean cycles of one request by who does them; `exits` are the VM exits among the VMM's."""

    user_cycles: float
    kernel_cycles: float
    vmm_cycles: float
    exits: float
    scv: float

    def part(self, fraction: float) -> Demand:
        """A fraction of it whose parts together vary like the whole."""
        return Demand(
            user_cycles=self.user_cycles * fraction,
            kernel_cycles=self.kernel_cycles * fraction,
            vmm_cycles=self.vmm_cycles * fraction,
            exits=self.exits * fraction,
            scv=self.scv / fraction,
        )


def demand_of(assembly: Assembly, workload: Block, machine: Machine) -> Demand:
    """The demand of a workload's request in a machine. User work scales by the technique's factor and grows with
    every TLB miss and timer tick; kernel events cost what the technique says.
    """
    own_user = assembly.number(workload, "user_cycles")
    own_kernel = assembly.number(workload, "kernel_cycles")
    user = own_user * user_factor(assembly.scene, machine.block)
    kernel = own_kernel * kernel_factor(assembly.scene, machine.block)
    vmm, exits = _event_cycles(assembly, workload, machine)
    ticks = _ticks(assembly, workload, machine, user + kernel)
    tick_cycles, tick_exits = _tick_cost(assembly, machine)
    return Demand(
        user_cycles=own_user,
        kernel_cycles=own_kernel,
        vmm_cycles=vmm + (user - own_user) + (kernel - own_kernel) + ticks * tick_cycles,
        exits=exits + ticks * tick_exits,
        scv=assembly.number(workload, "demand_scv"),
    )


def _event_cycles(assembly: Assembly, workload: Block, machine: Machine) -> tuple[float, float]:
    """Cycles and exits that the technique adds to a request's kernel events and TLB misses."""
    if machine.provider is None:
        return 0.0, 0.0
    technique = technique_under(assembly.scene, machine.block)
    one_exit = exit_cycles(assembly.scene, machine.block)
    cycles = assembly.number(workload, "tlb_misses") * technique.tlb_miss_cycles
    exits = 0.0
    for parameter, event in _EVENTS:
        count = assembly.number(workload, parameter)
        if count > 0:
            event_exits = getattr(technique, f"{event}_exits")
            exits += count * event_exits
            cycles += count * (event_exits * one_exit + getattr(technique, f"{event}_cycles"))
    return cycles, exits


def _ticks(assembly: Assembly, workload: Block, machine: Machine, cycles: float) -> float:
    """Timer interrupts during that much work."""
    return assembly.number(workload, "timer_hz") * cycles / assembly.number(machine.hardware.block, "clock_hz")


def _tick_cost(assembly: Assembly, machine: Machine) -> tuple[float, float]:
    if machine.provider is None:
        return 0.0, 0.0
    technique = technique_under(assembly.scene, machine.block)
    exits = technique.timer_tick_exits
    return technique.timer_tick_cycles + exits * exit_cycles(assembly.scene, machine.block), exits
