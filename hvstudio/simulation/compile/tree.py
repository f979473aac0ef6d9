"""The scheduling tree: who competes with whom for processors, and the contexts that are scheduled.

A machine's processors are divided by whatever rests on it: one system or hypervisor alone, or several side by side in
equal parts. Systems divide their part among processes, hypervisors theirs among partitions and VMs.
"""

from __future__ import annotations

from typing import Any, Final

from attrs import frozen

from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.composition.controls import NORMAL_WEIGHT, controls_of
from hvstudio.composition.machines import Hypervisor, Machine, System
from hvstudio.composition.scheduler import ROOT
from hvstudio.composition.techniques import signalled_wake_cycles, wake_cycles
from hvstudio.simulation.compile.assembly import NANOSECONDS, Assembly
from hvstudio.simulation.compile.rows import row_of_hypervisor, row_of_system
from hvstudio.simulation.plan.plan import Layer

KERNEL_WEIGHT: Final = 10_000.0
"""Interrupts and kernel threads come before processes."""
MOST_KERNEL_THREADS: Final = 64
_LONGEST_QUANTUM_NS: Final = 1_000_000_000


@frozen(kw_only=True)
class Scheduler:
    """The settings of one scheduler, as arguments of PlanBuilder.node."""

    quantum_ns: int
    period_ns: int
    wake_preempts: bool
    wake_bonus_ns: int
    switch_cycles: float

    def settings(self) -> dict[str, Any]:
        """As keyword arguments."""
        return {
            "quantum_ns": self.quantum_ns,
            "period_ns": self.period_ns,
            "wake_preempts": self.wake_preempts,
            "wake_bonus_ns": self.wake_bonus_ns,
            "switch_cycles": self.switch_cycles,
        }


def scheduler_of(assembly: Assembly, program: System | Hypervisor) -> Scheduler:
    """A system's or hypervisor's scheduler by its product's facts."""
    return assembly.once(("scheduler", program), lambda: _scheduler(assembly, program))


def _scheduler(assembly: Assembly, program: System | Hypervisor) -> Scheduler:
    stated = assembly.facts(program).scheduler
    return Scheduler(
        quantum_ns=round(stated.quantum_s.value * NANOSECONDS),
        period_ns=round(stated.period_s.value * NANOSECONDS),
        wake_preempts=stated.wake_preempts.value,
        wake_bonus_ns=round(stated.wake_bonus_s.value * NANOSECONDS),
        switch_cycles=stated.switch_cycles.value,
    )


def add_pool(assembly: Assembly, host: Machine) -> None:
    """A host's processors."""
    block = host.block
    cores = assembly.whole(block, "sockets") * assembly.whole(block, "cores_per_socket")
    idle_exit_s = assembly.catalog.processor.idle_exit_s
    assembly.pools[host] = assembly.builder.pool(
        processors=host.processors,
        clock_hz=assembly.number(block, "clock_hz"),
        threads_per_core=host.processors // cores,
        smt_yield=assembly.number(block, "smt_yield"),
        idle_exit_ns=round(idle_exit_s * NANOSECONDS),
        name=block.name,
        block=block.id,
    )


def machine_node(assembly: Assembly, machine: Machine) -> int:
    """The node under which everything in a machine is scheduled."""
    return assembly.once(("node", machine), lambda: _machine_node(assembly, machine))


def _machine_node(assembly: Assembly, machine: Machine) -> int:
    programs = _programs(machine)
    pool = assembly.pools[machine.hardware]
    settings = scheduler_of(assembly, programs[0]).settings() if programs else {}
    if len(programs) > 1:
        settings["switch_cycles"] = assembly.catalog.peers.world_switch_cycles
        settings["quantum_ns"] = max(scheduler_of(assembly, program).quantum_ns for program in programs)
    if machine.provider is None:
        return assembly.builder.node(pool=pool, name=machine.block.name, **settings)
    controls = controls_of(assembly.scene, machine.block)
    is_guest = role_of(machine.block) is Role.VIRTUAL_MACHINE
    parent = vms_node(assembly, machine.provider) if is_guest else hypervisor_node(assembly, machine.provider)
    settings["period_ns"] = scheduler_of(assembly, machine.provider).period_ns
    return assembly.builder.node(
        pool=pool,
        name=machine.block.name,
        parent=parent,
        weight=controls.total_weight,
        reserve=controls.total_reserve,
        limit=controls.total_limit,
        max_running=machine.processors,
        block=machine.block.id,
        **settings,
    )


def _programs(machine: Machine) -> list[System | Hypervisor]:
    """What divides the machine's processors: systems and hypervisors that rest on it."""
    return [*machine.systems, *machine.hypervisors]


def _program_node(assembly: Assembly, program: System | Hypervisor) -> int:
    """The node of a system or hypervisor: the machine's own when it is alone there, else an equal part of it."""
    machine = program.machine
    node = machine_node(assembly, machine)
    if len(_programs(machine)) == 1:
        return node
    return assembly.once(("node", program), lambda: _equal_part(assembly, program, node))


def _equal_part(assembly: Assembly, program: System | Hypervisor, parent: int) -> int:
    """The node of one of several peers on a machine: on every processor where two of them have work, each gets half.

    A hypervisor has work on no more processors than its VMs have; so `n` virtual processors against a peer on all `m`
    are worth n/2 processors, which as a share of the whole machine is the weight n against 2m - n.
    """
    return assembly.builder.node(
        pool=assembly.pools[program.machine.hardware],
        name=program.block.name,
        parent=parent,
        weight=NORMAL_WEIGHT * _peer_share(assembly, program),
        **scheduler_of(assembly, program).settings(),
    )


def _peer_share(assembly: Assembly, program: System | Hypervisor) -> float:
    if isinstance(program, System):
        return 1.0
    processors = program.machine.processors
    wanted = sum(machine.processors for machine in program.machines if machine.block.id not in assembly.unable)
    busy = min(processors, max(1, wanted))
    return busy / (2.0 * processors - busy)


def system_node(assembly: Assembly, system: System) -> int:
    """Where a system's processes are scheduled."""
    return _program_node(assembly, system)


def hypervisor_node(assembly: Assembly, hypervisor: Hypervisor) -> int:
    """Where a hypervisor's VMs are scheduled: by itself, or by the system that it is a program of."""
    if hypervisor.system is not None:
        return system_node(assembly, hypervisor.system)
    return _program_node(assembly, hypervisor)


def vms_node(assembly: Assembly, hypervisor: Hypervisor) -> int:
    """Where a hypervisor's virtual processors are scheduled.

    With the root scheduler they are threads of the parent's system, beside its own processes.
    Source: Microsoft Docs, Manage Hyper-V hypervisor scheduler types.
    """
    system = hypervisor.driving_system
    root = assembly.scene.scheduler(hypervisor.block) == ROOT
    if root and system is not None and hypervisor.partitions:
        return system_node(assembly, system)
    return hypervisor_node(assembly, hypervisor)


def vm_node(assembly: Assembly, machine: Machine) -> int:
    """Where the threads of a VM's process go: the VM's own node if its product has one, else beside all others."""
    assert machine.provider is not None
    if not controls_of(assembly.scene, machine.block).grouped or machine.is_shared:
        return vms_node(assembly, machine.provider)
    return assembly.once(("node", machine), lambda: _group_node(assembly, machine))


def _group_node(assembly: Assembly, machine: Machine) -> int:
    hypervisor = machine.provider
    assert hypervisor is not None
    controls = controls_of(assembly.scene, machine.block)
    program = hypervisor.system or hypervisor
    return assembly.builder.node(
        pool=assembly.pools[machine.hardware],
        name=machine.block.name,
        parent=vms_node(assembly, hypervisor),
        weight=controls.weight,
        reserve=controls.reserve,
        limit=controls.limit,
        block=machine.block.id,
        **scheduler_of(assembly, program).settings(),
    )


def processor_context(assembly: Assembly, machine: Machine, *, quantum_ns: int = 0, refill_ns: int = 0) -> int:
    """The virtual processors of a VM that runs one system."""
    return assembly.once(
        ("processors", machine), lambda: _processor_context(assembly, machine, quantum_ns=quantum_ns, refill=refill_ns)
    )


def _processor_context(assembly: Assembly, machine: Machine, *, quantum_ns: int, refill: int) -> int:
    assert machine.provider is not None
    controls = controls_of(assembly.scene, machine.block)
    grouped = controls.grouped
    program = machine.provider.system or machine.provider
    context = assembly.builder.context(
        vm=assembly.rows[machine.block.id],
        name=machine.block.name,
        parent=vm_node(assembly, machine),
        leaves=controls.processors,
        leaf_weight=NORMAL_WEIGHT if grouped else controls.weight,
        leaf_reserve=0.0 if grouped else controls.reserve,
        leaf_limit=0.0 if grouped else controls.limit,
        leaf_period_ns=scheduler_of(assembly, program).period_ns,
        block="" if grouped else machine.block.id,
        owner=machine.block.id,
        part="processors",
        wake_cycles=wake_cycles(assembly.scene, machine.block),
        wake_layer=Layer.VMM,
        quantum_ns=quantum_ns,
        refill_ns=refill,
    )
    return assembly.own(
        machine,
        context,
        lambda other: processor_context(assembly, other, quantum_ns=quantum_ns, refill_ns=refill),
    )


def kernel_context(assembly: Assembly, system: System) -> int:
    """A system's kernel: interrupts, drivers and kernel services, on any of its processors."""
    return assembly.once(
        ("kernel", system), lambda: _system_context(assembly, system, "kernel", KERNEL_WEIGHT, 0, part="kernel")
    )


def queue_context(assembly: Assembly, system: System, name: str, *, served: str, processors: int = 1) -> int:
    """Kernel threads of a system that work on one or a few processors at a time, such as a network queue.

    `served` is the id of the switch or card that they serve: names may be equal.
    """
    wake = assembly.driver_costs(system).wake_cycles
    part = f"queue of {served}"
    return assembly.once(
        ("queue", served, system),
        lambda: _system_context(assembly, system, name, KERNEL_WEIGHT, processors, part=part, wake=wake),
    )


def service_context(assembly: Assembly, system: System, hypervisor: Hypervisor) -> int:
    """The service process that works for all VMs of a hypervisor, with a thread for each."""
    threads = min(MOST_KERNEL_THREADS, max(1, len(hypervisor.machines)))
    name = f"{hypervisor.block.name} service"
    wake = assembly.driver_costs(system).wake_cycles
    part = f"service of {hypervisor.block.id}"
    return assembly.once(
        ("service", hypervisor),
        lambda: _system_context(assembly, system, name, NORMAL_WEIGHT, threads, part=part, wake=wake),
    )


def _system_context(
    assembly: Assembly, system: System, name: str, weight: float, threads: int, *, part: str, wake: float = 0.0
) -> int:
    processors = system.machine.processors
    return assembly.builder.context(
        vm=row_of_system(assembly, system),
        name=f"{system.block.name}: {name}",
        parent=system_node(assembly, system),
        leaves=threads or min(processors, MOST_KERNEL_THREADS),
        leaf_weight=weight,
        wake_cycles=signalled_wake_cycles(assembly.scene, system.machine.block) + wake,
        wake_layer=Layer.HOST,
        owner=system.block.id,
        part=part,
    )


def thread_context(assembly: Assembly, machine: Machine, system: System, name: str, *, threads: int = 0) -> int:
    """A thread that works for one VM in its process; part of the VM's group where the product groups.

    `threads` is how many there are of it; 0: as many as the product has for I/O.
    """
    return assembly.once((name, machine), lambda: _thread_context(assembly, machine, system, name, threads))


def _thread_context(assembly: Assembly, machine: Machine, system: System, name: str, wanted: int) -> int:
    hypervisor = machine.provider
    assert hypervisor is not None
    in_group = hypervisor.system is system and controls_of(assembly.scene, machine.block).grouped
    threads = wanted or assembly.scene.facts(hypervisor.block).serial_io_threads.value
    context = assembly.builder.context(
        vm=assembly.rows[machine.block.id],
        name=f"{machine.block.name}: {name}",
        parent=vm_node(assembly, machine) if in_group else system_node(assembly, system),
        leaves=max(1, threads),
        wake_cycles=signalled_wake_cycles(assembly.scene, system.machine.block)
        + assembly.driver_costs(system).wake_cycles,
        wake_layer=Layer.HOST,
        owner=machine.block.id,
        part=name,
    )
    return assembly.own(machine, context, lambda other: thread_context(assembly, other, system, name, threads=wanted))


def hypervisor_context(assembly: Assembly, hypervisor: Hypervisor) -> int:
    """The hypervisor's own work for I/O, on any processor."""
    return assembly.once(("kernel", hypervisor), lambda: _hypervisor_context(assembly, hypervisor))


def _hypervisor_context(assembly: Assembly, hypervisor: Hypervisor) -> int:
    processors = hypervisor.machine.processors
    return assembly.builder.context(
        vm=row_of_hypervisor(assembly, hypervisor),
        name=f"{hypervisor.block.name}: I/O",
        parent=hypervisor_node(assembly, hypervisor),
        leaves=min(processors, MOST_KERNEL_THREADS),
        leaf_weight=KERNEL_WEIGHT,
        wake_cycles=assembly.driver_costs(hypervisor).wake_cycles,
        wake_layer=Layer.VMM,
        owner=hypervisor.block.id,
        part="I/O",
    )


def application_context(
    assembly: Assembly,
    machine: Machine,
    number: int,
    *,
    row: int,
    threads: tuple[int, int],
    quantum_ns: int,
    refill_ns: int,
) -> int:
    """The processes of the n-th workload that a machine runs itself: native software, the host's own load, or one of
    several workloads of a VM. `threads` are how many there are, and how many more there may be.
    """
    workload, system = machine.all_workloads[number]
    context = assembly.builder.context(
        vm=row,
        name=workload.name,
        parent=system_node(assembly, system) if system is not None else machine_node(assembly, machine),
        leaves=threads[0],
        room=threads[1],
        wake_cycles=wake_cycles(assembly.scene, machine.block),
        wake_layer=Layer.HOST if machine.provider is None else Layer.VMM,
        quantum_ns=quantum_ns,
        refill_ns=refill_ns,
        owner=workload.id,
    )

    def remake(other: Machine) -> int:
        return application_context(
            assembly,
            other,
            number,
            row=assembly.rows[other.block.id],
            threads=threads,
            quantum_ns=quantum_ns,
            refill_ns=refill_ns,
        )

    return assembly.own(machine, context, remake)
