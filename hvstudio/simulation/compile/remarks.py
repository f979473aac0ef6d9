"""What a run does otherwise than it was drawn: said in the notes of the plan."""

from __future__ import annotations

from collections.abc import Iterator

from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.composition.controls import CONTROLS, is_honoured, reserve_is_guaranteed
from hvstudio.composition.machines import Composition, Machine, machines_above
from hvstudio.composition.scheduler import CORE, ROOT
from hvstudio.composition.starting import hypervisor_obstacles, is_off, starts_on, vm_obstacles


def remarks_on(composition: Composition) -> Iterator[str]:
    """Sentences on blocks that take no part, on controls without effect, on memory that is short."""
    scene = composition.scene
    for block, reason in composition.ignored:
        yield f"{block.name} takes no part: it {reason}."
    for host in composition.hosts:
        whole_cores = any(scene.scheduler(item.block) == CORE for item in host.hypervisors)
        if whole_cores and scene.values(host.block)["threads_per_core"] > 1:
            yield f"{host.block.name}: the core scheduler gives each virtual processor a core for itself."
        for machine in machines_above(host):
            if role_of(machine.block) is Role.VIRTUAL_MACHINE and is_off(scene, machine.block):
                continue
            yield from _on_misfits(machine)
            yield from _on_controls(machine)
            if machine.is_divided and (missing := starts_on(scene, machine.block).memory.missing) > 0:
                yield f"Memory is short: {missing:.0%} of what the VMs touch is on the host's disk."


def _on_misfits(machine: Machine) -> Iterator[str]:
    """What speaks against a VM or its hypervisor and is run all the same."""
    for hypervisor in machine.all_hypervisors:
        for obstacle in hypervisor_obstacles(machine.scene, hypervisor.block):
            if not obstacle.hindrance.keeps_off:
                yield f"{hypervisor.block.name}: {obstacle.reason}; it is run all the same."
    if role_of(machine.block) is Role.VIRTUAL_MACHINE:
        for obstacle in vm_obstacles(machine.scene, machine.block):
            if not obstacle.hindrance.keeps_off:
                yield f"{machine.block.name}: {obstacle.reason}; it is run all the same."


def _on_controls(machine: Machine) -> Iterator[str]:
    if machine.provider is None:
        return
    scene, block, by = machine.scene, machine.block, machine.provider.block
    root = scene.scheduler(by) == ROOT
    reason = "the root scheduler knows no weight, reserve or limit" if root else "the product does not know it"
    for parameter, name in CONTROLS.items():
        if parameter in block.parameters and not is_honoured(scene, by, name):
            yield f"{by.name}: CPU {name} of {block.name} has no effect: {reason}."
    asked = is_honoured(scene, by, "reserve") and scene.values(block)["cpu_reserve"] > 0
    if asked and not reserve_is_guaranteed(scene, block):
        below = scene.processors(machine.provider.machine.block)
        yield f"{block.name}: its CPU reserve is not guaranteed, it has more virtual processors than {below}."
