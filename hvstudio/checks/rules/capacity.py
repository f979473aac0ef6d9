"""Rules of capacity: whether the machine is large enough for what stands on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Fix, Severity
from hvstudio.checks.fixes.mending import removing, setting
from hvstudio.checks.rule import Hit, rule
from hvstudio.checks.sums import VmTally, hypervisor_tallies, vm_tally
from hvstudio.checks.wording import counted
from hvstudio.composition.memory import GIB, MemoryFit
from hvstudio.composition.scene import Scene
from hvstudio.composition.starting import Hindrance, Obstacle, refused_by, starts_on, vm_obstacles
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import set_parameters
from hvstudio.units import Quantity, format_quantity

MAKERS_LIMITS: Final = "The maker's published limits of the product and version; see the catalogue card"
_MIB: Final = 2**20


def size(number: float) -> str:
    """A number of bytes as people read it."""
    return format_quantity(number, Quantity.BYTES)


@rule(
    "capacity.memory",
    Role.HARDWARE,
    Role.VIRTUAL_MACHINE,
    Role.PARENT_PARTITION,
    title="The memory does not suffice",
    severity=Severity.ERROR,
    why="Where memory cannot be promised twice, the last VMs do not start; where it can, the host pages to disk.",
    source="Virtual Server 2005 technical reference: no over-allocation, each VM takes its memory + 32 MB; "
    "Hyper-V: dynamic memory only",
    remedy="Give the machine more memory, the VMs less, or run fewer of them.",
)
def memory(scene: Scene, machine: Block) -> Sequence[Hit]:
    """The memory of VMs with their overheads and of the layers under them, against the machine's."""
    if not scene.hypervisors(machine):
        return ()
    fit = starts_on(scene, machine).memory
    if fit.needed <= fit.available:
        return ()
    strict = bool(fit.refused) or not fit.asked_by
    over = "which cannot be promised twice here, so not every VM will start"
    if not strict:
        over = "so the host has to page some of it to disk, which is slow"
    return [
        Hit(
            block=machine.id,
            message=f"{_who(fit)} {size(fit.needed)}, but “{machine.name}” has {size(fit.available)}, {over}.",
            related=fit.asked_by,
            parameter="memory_bytes",
            severity=Severity.ERROR if strict else Severity.WARNING,
            fixes=_memory_fixes(scene, machine, fit),
        )
    ]


def spare_memory(scene: Scene, machine: Block) -> float:
    """The bytes of a host or VM that nothing needs yet; negative when it has too few."""
    fit = starts_on(scene, machine).memory
    return fit.available - fit.needed


def _who(fit: MemoryFit) -> str:
    vms = fit.asked_by
    if not vms:
        return "The layers under the VMs alone need"
    return (
        f"The {len(vms)} VMs and the layers under them need" if len(vms) > 1 else "The VM and the layers under it need"
    )


def _memory_fixes(scene: Scene, machine: Block, fit: MemoryFit) -> tuple[Fix, ...]:
    enough = math.ceil(fit.needed / GIB)
    larger = next((step * GIB for step in (2**power for power in range(18)) if step >= enough), enough * GIB)
    fixes = (setting(f"Give “{machine.name}” {size(larger)}", [machine.id], {"memory_bytes": larger}),)
    tallies = [vm_tally(scene, scene.blocks[vm]) for vm in fit.asked_by]
    if not tallies:
        return fixes
    spare = fit.available - (fit.needed - sum(tally.memory for tally in tallies))
    share = spare / max(1, sum(tally.memory for tally in tallies))
    if share * min(tally.memory for tally in tallies) < 64 * _MIB:
        return fixes

    def shrink(document: Document) -> Document:
        for tally in tallies:
            smaller = int(tally.memory * share) // _MIB * _MIB
            values = {"memory_bytes": smaller}
            if tally.floor < tally.memory:
                values["memory_minimum_bytes"] = min(tally.floor, smaller)
            document = set_parameters(document, [tally.vm], values)
        return document

    return (*fixes, Fix(label="Make all VMs smaller in proportion", edit=shrink))


def _obstacle(scene: Scene, vm: Block, hindrance: Hindrance) -> Obstacle | None:
    return next((item for item in vm_obstacles(scene, vm) if item.hindrance is hindrance), None)


@rule(
    "capacity.vm-processors",
    Role.VIRTUAL_MACHINE,
    title="More virtual processors than the product gives a VM",
    severity=Severity.ERROR,
    why="The product refuses to create or start such a VM; a run gives it the most that the product can.",
    source=MAKERS_LIMITS,
    remedy="Give the VM fewer virtual processors or choose a product or version that allows more.",
)
def vm_processors(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Virtual processors against the product's limit."""
    obstacle = _obstacle(scene, vm, Hindrance.PROCESSORS_BEYOND_PRODUCT)
    if obstacle is None:
        return ()
    facts, values, most = scene.place(vm).facts, scene.values(vm), obstacle.most
    return [
        Hit(
            block=vm.id,
            message=f"“{vm.name}” has {values['virtual_processors']} virtual processors; {facts.label} gives a VM "
            f"at most {most:g}.",
            parameter="virtual_processors",
            source=obstacle.fact.said_by,
            fixes=(setting(f"Set it to {most:g}", [vm.id], {"virtual_processors": int(most)}),),
        )
    ]


@rule(
    "capacity.vm-wider-than-host",
    Role.VIRTUAL_MACHINE,
    title="A VM with more virtual processors than the host has processors",
    severity=Severity.WARNING,
    why="Its virtual processors can never all run at once; some products refuse to start it, others make it slow.",
    source="TLFS 18.2: guarantees do not hold with more virtual than logical processors",
    remedy="Give the VM at most as many virtual processors as the host has logical ones.",
    reads_host=True,
)
def vm_wider_than_host(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Virtual processors of one VM against the host's logical processors."""
    host = scene.place(vm).host
    processors = scene.values(vm)["virtual_processors"]
    if host is None or processors <= host.logical_processors:
        return ()
    return [
        Hit(
            block=vm.id,
            message=f"“{vm.name}” has {processors} virtual processors, but the machine under it has only "
            f"{counted(host.logical_processors, 'logical one')}.",
            parameter="virtual_processors",
            fixes=(
                setting(
                    f"Set it to {host.logical_processors}", [vm.id], {"virtual_processors": host.logical_processors}
                ),
            ),
        )
    ]


@rule(
    "capacity.vm-memory",
    Role.VIRTUAL_MACHINE,
    title="More memory than the product gives a VM",
    severity=Severity.ERROR,
    why="The product refuses to create or start such a VM; a run gives it the most that the product can.",
    source=MAKERS_LIMITS,
    remedy="Give the VM less memory or choose a product or version that allows more.",
)
def vm_memory(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Memory of a VM against the product's limit."""
    obstacle = _obstacle(scene, vm, Hindrance.MEMORY_BEYOND_PRODUCT)
    if obstacle is None:
        return ()
    facts, values, most = scene.place(vm).facts, scene.values(vm), obstacle.most
    limit = int(most) // _MIB * _MIB
    lowered: dict[str, int] = {"memory_bytes": limit}
    if values["memory_minimum_bytes"] > limit:
        lowered["memory_minimum_bytes"] = limit
    return [
        Hit(
            block=vm.id,
            message=f"“{vm.name}” has {size(values['memory_bytes'])}; {facts.label} gives a VM at most {size(most)}.",
            parameter="memory_bytes",
            source=obstacle.fact.said_by,
            fixes=(setting(f"Set it to {size(limit)}", [vm.id], lowered),),
        )
    ]


@rule(
    "capacity.running-vms",
    Role.HYPERVISOR,
    title="More VMs than the product runs at a time",
    severity=Severity.ERROR,
    why="The product does not start more.",
    source=MAKERS_LIMITS,
    remedy="Run fewer VMs, or spread them over several hosts.",
)
def running_vms(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """Number of VMs against the product's limit."""
    refused = refused_by(scene, hypervisor, Hindrance.RUNNING_VMS)
    if not refused:
        return ()
    facts, vms = scene.facts(hypervisor), scene.on(hypervisor.id, Role.VIRTUAL_MACHINE)
    most = refused[0][1].most
    return [
        Hit(
            block=hypervisor.id,
            message=f"“{hypervisor.name}” carries {len(vms)} VMs; {facts.label} runs at most {most:g} at a time.",
            source=refused[0][1].fact.said_by,
            fixes=(removing(f"Keep the first {most:g}", [vm for vm, _ in refused]),),
        )
    ]


@rule(
    "capacity.processors-per-host",
    Role.HYPERVISOR,
    title="More virtual processors on the host than the product allows",
    severity=Severity.ERROR,
    why="The product starts no further VM once the number is reached.",
    source=MAKERS_LIMITS,
    remedy="Give the VMs fewer virtual processors, or run fewer of them.",
    reads_host=True,
)
def processors_per_host(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """Virtual processors of all VMs against the product's limits, in total and per logical processor."""
    refused = refused_by(scene, hypervisor, Hindrance.PROCESSORS_PER_HOST)
    if not refused:
        return ()
    facts, host = scene.facts(hypervisor), scene.place(hypervisor).host
    allowed, bound = refused[0][1].most, refused[0][1].fact
    tallies = hypervisor_tallies(scene, hypervisor)
    total = sum([tally.processors for tally in tallies])
    ratio = facts.limits.vcpus_per_logical_processor.value
    by_ratio = bound is not facts.limits.vcpus_per_host and host is not None and ratio is not None
    how = f" ({ratio:g} for each of {host.logical_processors} processors)" if by_ratio and host is not None else ""
    return [
        Hit(
            block=hypervisor.id,
            message=f"The VMs on “{hypervisor.name}” have {total} virtual processors together; {facts.label} allows "
            f"{allowed:g} here{how}.",
            source=bound.said_by,
            fixes=_narrower(tallies, int(allowed)),
        )
    ]


def _narrower(tallies: tuple[VmTally, ...], allowed: int) -> tuple[Fix, ...]:
    """Give VMs fewer virtual processors, the widest first, until the total is allowed."""
    if len(tallies) > allowed:
        kept = 0
        for tally in tallies:
            if tally.processors > allowed:
                break
            allowed -= tally.processors
            kept += 1
        return (removing(f"Keep the first {kept}", [tally.vm for tally in tallies[kept:]]),)
    share = {tally.vm: max(1, tally.processors * allowed // sum(t.processors for t in tallies)) for tally in tallies}
    surplus = sum(share.values()) - allowed
    for vm in sorted(share, key=lambda item: -share[item]):
        taken = min(surplus, share[vm] - 1)
        if taken > 0:
            share[vm] -= taken
            surplus -= taken

    def edit(document: Document) -> Document:
        for vm, processors in share.items():
            document = set_parameters(document, [vm], {"virtual_processors": processors})
        return document

    return (Fix(label="Give all VMs fewer virtual processors in proportion", edit=edit),)


CROWDED: Final = 8
"""Virtual processors per logical one from which a note is due. Source: the 8:1 ratio of Hyper-V 2008 R2 (ee405267)."""


@rule(
    "capacity.crowded",
    Role.HYPERVISOR,
    title="Many virtual processors for few processors",
    severity=Severity.NOTE,
    why="The more virtual processors share one processor, the longer each waits for its turn (ready time).",
    source="Hyper-V 2008 R2 supported at most 8 virtual processors per logical one (TechNet ee405267)",
    remedy="Fine for idle desktops; for busy VMs give the host more processors.",
    reads_host=True,
)
def crowded(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """More than eight virtual processors per logical one where the product itself sets no ratio below that."""
    host = scene.place(hypervisor).host
    if host is None:
        return ()
    facts = scene.facts(hypervisor)
    total = sum([tally.processors for tally in hypervisor_tallies(scene, hypervisor)])
    ratio = facts.limits.vcpus_per_logical_processor.value
    if total <= CROWDED * host.logical_processors or (ratio is not None and total > ratio * host.logical_processors):
        return ()
    return [
        Hit(
            block=hypervisor.id,
            message=f"{total} virtual processors on “{hypervisor.name}” share "
            f"{counted(host.logical_processors, 'logical processor')}.",
        )
    ]


@rule(
    "capacity.host-larger-than-product",
    Role.HYPERVISOR,
    title="A host larger than the product can use",
    severity=Severity.WARNING,
    why="What lies above the limit is not used.",
    source=MAKERS_LIMITS,
    remedy="Choose a newer version, or a smaller host.",
    reads_host=True,
)
def host_larger_than_product(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """Logical processors and memory of the host above what the product supports."""
    place = scene.place(hypervisor)
    if place.host is None or place.vm is not None or place.root is None:
        return ()
    host = scene.blocks[place.root]
    facts = scene.facts(hypervisor)
    hits: list[Hit] = []
    most = facts.limits.host_logical_processors.value
    if most is not None and place.host.logical_processors > most:
        has = f"{place.host.logical_processors} logical processors; {facts.label} uses {most:g}"
        hits.append(
            Hit(
                block=hypervisor.id,
                message=f"“{host.name}” has {has}.",
                related=(host.id,),
                source=facts.limits.host_logical_processors.said_by,
            )
        )
    memory_limit = facts.limits.host_memory_bytes.value
    installed = scene.values(host)["memory_bytes"]
    if memory_limit is not None and installed > memory_limit:
        fix = setting(f"Give the host {size(memory_limit)}", [host.id], {"memory_bytes": int(memory_limit)})
        hits.append(
            Hit(
                block=hypervisor.id,
                message=f"“{host.name}” has {size(installed)}; {facts.label} uses {size(memory_limit)}.",
                related=(host.id,),
                source=facts.limits.host_memory_bytes.said_by,
                fixes=(fix,),
            )
        )
    return hits


@rule(
    "capacity.working-set",
    Role.VIRTUAL_MACHINE,
    title="A workload that touches more memory than its VM has",
    severity=Severity.WARNING,
    why="The guest's system pages to its virtual disk, and every page is an extra disk operation.",
    source="Denning 1968: a program whose working set does not fit in memory thrashes",
    remedy="Give the VM more memory, or the workload a smaller working set.",
)
def working_set(scene: Scene, vm: Block) -> Sequence[Hit]:
    """The working sets of a VM's workloads and what its system keeps, against its memory."""
    values = scene.values(vm)
    has = values["memory_bytes"]
    if values["dynamic_memory"]:
        has = max(has, values["memory_maximum_bytes"])
    needed, workloads = 0, list[BlockId]()
    for system in scene.on(vm.id, Role.OPERATING_SYSTEM):
        # The catalogue's figure is twice the documented minimum of a host; a guest gets by with the minimum itself.
        needed += scene.values(system)["memory_reserve_bytes"] // 2 if system.product else 0
        for workload in scene.on(system.id, Role.WORKLOAD):
            needed += int(scene.values(workload)["working_set_bytes"])
            workloads.append(workload.id)
    if needed <= has or not workloads:
        return ()
    larger = math.ceil(needed / (512 * _MIB)) * 512 * _MIB
    return [
        Hit(
            block=vm.id,
            message=f"The software in “{vm.name}” touches about {size(needed)}, but the VM has {size(has)}.",
            related=tuple(workloads),
            parameter="memory_bytes",
            fixes=(setting(f"Give it {size(larger)}", [vm.id], {"memory_bytes": larger}),),
        )
    ]


@rule(
    "capacity.disk-space",
    Role.PHYSICAL_DISK,
    title="Virtual disks that do not fit on their disk",
    severity=Severity.ERROR,
    why="A fixed virtual disk takes all its space at once; growing ones stop their VMs when the disk is full.",
    source="Microsoft Docs, storage performance: fixed, dynamic and differencing virtual disks",
    remedy="Make the virtual disks smaller, use a larger disk, or let them grow on demand and watch the space.",
)
def disk_space(scene: Scene, disk: Block) -> Sequence[Hit]:
    """The sizes of virtual disks against the physical disk that holds them."""
    attached = [scene.blocks[item] for item in scene.index.attached_to(disk.id)]
    held = [item for item in attached if role_of(item) is Role.VIRTUAL_DISK]
    if not held:
        return ()
    has = scene.values(disk)["capacity_bytes"]
    fixed = grown = 0
    for item in held:
        values = scene.values(item)
        if values["format"] == "raw" or values["device_model"] == "pass-through":
            continue
        grown += values["capacity_bytes"]
        fixed += values["capacity_bytes"] if values["format"] == "fixed" else 0
    if grown <= has:
        return ()
    larger = math.ceil(grown / (100 * GIB)) * 100 * GIB
    if fixed > has:
        message = f"The fixed virtual disks on “{disk.name}” need {size(fixed)}, but it holds {size(has)}."
    else:
        message = f"The virtual disks on “{disk.name}” may grow to {size(grown)}, but it holds {size(has)}."
    return [
        Hit(
            block=disk.id,
            message=message,
            related=tuple(item.id for item in held),
            parameter="capacity_bytes",
            severity=Severity.ERROR if fixed > has else Severity.WARNING,
            fixes=(setting(f"Take a disk of {size(larger)}", [disk.id], {"capacity_bytes": larger}),),
        )
    ]
