"""Rules of good practice: what works, but costs more than people expect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hvstudio.catalog.declaration import Product
from hvstudio.catalog.kinds import kind_for, role_of
from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Fix, Severity
from hvstudio.checks.fixes.convert import convert
from hvstudio.checks.fixes.mending import choosing, moved_onto, removing, setting
from hvstudio.checks.rule import Hit, rule
from hvstudio.composition.classify import vmm_type_of
from hvstudio.composition.scene import Scene
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import add_block, free_name

PARENT_ADVICE: Final = (
    "Microsoft Docs, Hyper-V performance tuning: run nothing but the VMs' services in the root partition"
)
COOKBOOK: Final = "Windows Server 2012 Hyper-V Cookbook, appendix A, Understanding Hypervisors"
ANTIVIRUS: Final = "antivirus-scan"
_SPINNING: Final = 2e-3
"""Random access slower than this is a spinning disk. Source: 15k disks about 5.5 ms, SATA SSD about 0.1 ms."""


@rule(
    "good_practice.parent-workload",
    Role.PARENT_PARTITION,
    title="Software in the parent partition",
    severity=Severity.WARNING,
    why="The parent serves every VM's I/O with its own processors; other software there makes all VMs wait.",
    source=PARENT_ADVICE,
    remedy="Give the software a VM of its own.",
)
def parent_workload(scene: Scene, parent: Block) -> Sequence[Hit]:
    """Workloads on the system of a parent partition, scanners excepted (they have a rule of their own)."""
    hypervisor = scene.place(parent).hypervisor
    hits: list[Hit] = []
    for system in scene.on(parent.id, Role.OPERATING_SYSTEM):
        for workload in scene.on(system.id, Role.WORKLOAD):
            if workload.product in (ANTIVIRUS, "idle"):
                continue
            fixes = (removing("Remove it", [workload.id]),)
            if hypervisor is not None:
                fixes = (_own_vm(workload, system, hypervisor), *fixes)
            hits.append(
                Hit(
                    block=workload.id,
                    message=f"“{workload.name}” runs in the parent partition “{parent.name}”.",
                    related=(parent.id, system.id),
                    fixes=fixes,
                )
            )
    return hits


def _own_vm(workload: Block, system: Block, hypervisor: BlockId) -> Fix:
    def edit(document: Document) -> Document:
        name = free_name(document, f"VM of {workload.name}")
        document, vm = add_block(document, kind=kind_for(Role.VIRTUAL_MACHINE), name=name, rests_on=hypervisor)
        document, guest = add_block(
            document,
            kind=kind_for(Role.OPERATING_SYSTEM),
            name=free_name(document, system.name),
            product=system.product,
            rests_on=vm,
        )
        return moved_onto(document, [workload.id], guest)

    return Fix(label="Give it a VM of its own", edit=edit)


@rule(
    "good_practice.scanner-on-host",
    Role.PARENT_PARTITION,
    Role.OPERATING_SYSTEM,
    title="A virus scanner beside the VMs",
    severity=Severity.WARNING,
    why="It reads every file the host touches, the VMs' disks among them, and takes their disk time and processors.",
    source="Microsoft support KB 3105657: antivirus exclusions for Hyper-V hosts (recalled)",
    remedy="Scan inside the VMs, and exclude the VMs' files and processes on the host.",
)
def scanner_on_host(scene: Scene, block: Block) -> Sequence[Hit]:
    """A scanner on the system of a parent partition, or on a system that carries a hypervisor."""
    if role_of(block) is Role.OPERATING_SYSTEM:
        systems: Sequence[Block] = (block,) if scene.on(block.id, Role.HYPERVISOR) else ()
    else:
        systems = scene.on(block.id, Role.OPERATING_SYSTEM)
    return [
        Hit(
            block=workload.id,
            message=f"“{workload.name}” scans on “{system.name}”, which serves the VMs.",
            related=(system.id,),
            fixes=(removing("Remove the scanner", [workload.id]),),
        )
        for system in systems
        for workload in scene.on(system.id, Role.WORKLOAD)
        if workload.product == ANTIVIRUS
    ]


@rule(
    "good_practice.busy-host",
    Role.HARDWARE,
    title="Software on the host's system beside the VMs",
    severity=Severity.NOTE,
    why="In a Type 2 or Hybrid stack the VMs compete with every program of the host's system, and none has a share.",
    source=COOKBOOK,
    remedy="Keep the host's system for the VMs, or use a Type 1 hypervisor, where the VMs have a share of their own.",
)
def busy_host(scene: Scene, host: Block) -> Sequence[Hit]:
    """Workloads on a host's system that carries a hypervisor or stands beside one."""
    beside = bool(scene.on(host.id, Role.HYPERVISOR))
    hits: list[Hit] = []
    for system in scene.on(host.id, Role.OPERATING_SYSTEM):
        if not beside and not scene.on(system.id, Role.HYPERVISOR):
            continue
        for workload in scene.on(system.id, Role.WORKLOAD):
            if workload.product in (ANTIVIRUS, "idle"):
                continue
            message = f"“{workload.name}” runs on “{system.name}”, next to the VMs, and competes with all of them."
            fix = removing("Remove it", [workload.id])
            hits.append(Hit(block=workload.id, message=message, related=(system.id,), fixes=(fix,)))
    return hits


@rule(
    "good_practice.type2-for-servers",
    Role.HYPERVISOR,
    title="Servers on a Type 2 hypervisor",
    severity=Severity.NOTE,
    why="Performance and management end at the host's operating system. That is fine for tests; servers that others "
    "rely on are better kept on Type 1.",
    source=COOKBOOK,
    remedy="Keep it as a test environment, or convert the stack to Type 1.",
)
def type2_for_servers(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """Server systems in VMs of a Type 2 stack; products whose class is contested are left out."""
    if vmm_type_of(scene, hypervisor) != "type2" or scene.facts(hypervisor).contested.value:
        return ()
    servers = [
        vm.id
        for vm in scene.on(hypervisor.id, Role.VIRTUAL_MACHINE)
        if any(scene.system_facts(system).is_server.value for system in scene.on(vm.id, Role.OPERATING_SYSTEM))
    ]
    if not servers:
        return ()
    count = "A server runs" if len(servers) == 1 else f"{len(servers)} servers run"
    fix = Fix(
        label="Convert the stack to Type 1",
        edit=lambda document: convert(document, scene.catalog, hypervisor=hypervisor.id, to="type1").document,
    )
    inside_parent = any(role_of(item) is Role.PARENT_PARTITION for item in scene.below(hypervisor))
    return [
        Hit(
            block=hypervisor.id,
            message=f"{count} on “{hypervisor.name}”, a Type 2 hypervisor, as is usual for tests.",
            related=tuple(servers),
            fixes=() if inside_parent else (fix,),
        )
    ]


@rule(
    "good_practice.hybrid",
    Role.HYPERVISOR,
    title="A Hybrid stack",
    severity=Severity.NOTE,
    why="The host's system and the hypervisor reach the same hardware with the same priority: neither can keep the "
    "other from slowing it down or from taking it along when it fails.",
    source=COOKBOOK,
    remedy="Convert the stack to Type 1.",
)
def hybrid(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """A hypervisor that is Hybrid by structure and whose product agrees."""
    facts = scene.facts(hypervisor)
    if vmm_type_of(scene, hypervisor) != "hybrid" or facts.expected_class.value not in (None, "hybrid"):
        return ()
    fix = Fix(
        label="Convert the stack to Type 1",
        edit=lambda document: convert(document, scene.catalog, hypervisor=hypervisor.id, to="type1").document,
    )
    return [
        Hit(
            block=hypervisor.id,
            message=f"“{hypervisor.name}” and the host's system share the hardware as equals.",
            fixes=(fix,),
        )
    ]


@rule(
    "good_practice.shared-disk",
    Role.PHYSICAL_DISK,
    title="Many VMs on one spinning disk",
    severity=Severity.NOTE,
    why="A disk arm serves one request after the other: of four busy VMs each gets about a quarter of the disk.",
    source="Microsoft Docs, Hyper-V configuration: 4 VMs active on one disk get 25 % of its bandwidth each",
    remedy="Spread the virtual disks over several disks, or use an SSD.",
)
def shared_disk(scene: Scene, disk: Block) -> Sequence[Hit]:
    """Four or more VMs on a disk with one arm."""
    users = [scene.blocks[item] for item in scene.index.attached_to(disk.id)]
    vms = {user.rests_on for user in users if role_of(user) is Role.VIRTUAL_DISK}
    if len(vms) < 4:
        return ()
    values = scene.values(disk)
    if values["random_read_s"] < _SPINNING or values["parallelism"] > 2:
        return ()
    solid = next((item for item in scene.catalog.products_of(kind_for(Role.PHYSICAL_DISK)) if _is_solid(item)), None)
    fixes = ()
    if solid is not None and not disk.parameters:
        fixes = (choosing(f"Make it {solid.label}", disk.id, solid.id),)
    return [
        Hit(
            block=disk.id,
            message=f"{len(vms)} VMs share the spinning disk “{disk.name}”.",
            related=tuple(user.id for user in users),
            fixes=fixes,
        )
    ]


def _is_solid(product: Product) -> bool:
    read = product.defaults.get("random_read_s")
    return isinstance(read, float) and read < _SPINNING


@rule(
    "good_practice.unsafe-cache",
    Role.VIRTUAL_DISK,
    title="Writes that wait in the host's memory",
    severity=Severity.WARNING,
    why="The guest believes its data is safe while it is only in the host's memory; a crash of the host loses it.",
    source="QEMU manual, cache modes: write-back acknowledges before the disk has the data (recalled)",
    remedy="Use no host cache, or one for reads only.",
)
def unsafe_cache(scene: Scene, disk: Block) -> Sequence[Hit]:
    """Virtual disks with a write-back host cache."""
    if not disk.parameters or scene.values(disk)["cache"] != "writeback":
        return ()
    return [
        Hit(
            block=disk.id,
            message=f"Writes to “{disk.name}” wait in the host's memory before they reach the disk.",
            parameter="cache",
            fixes=(
                setting("Cache reads only", [disk.id], {"cache": "read"}),
                setting("Use no host cache", [disk.id], {"cache": "none"}),
            ),
        )
    ]


@rule(
    "good_practice.differencing",
    Role.VIRTUAL_DISK,
    title="A differencing disk",
    severity=Severity.NOTE,
    why="Each access may have to look through a chain of files; it is the most expensive of the formats.",
    source="Microsoft Docs, storage performance: fixed < dynamic < differencing in CPU and I/O cost",
    remedy="Good for test labs that go back to a start; merge it into a fixed disk for steady work.",
)
def differencing(scene: Scene, disk: Block) -> Sequence[Hit]:
    """Virtual disks of the differencing format."""
    if not disk.parameters or scene.values(disk)["format"] != "differencing":
        return ()
    return [
        Hit(
            block=disk.id,
            message=f"“{disk.name}” is a differencing disk.",
            parameter="format",
            fixes=(setting("Merge it into a fixed one", [disk.id], {"format": "fixed"}),),
        )
    ]


@rule(
    "good_practice.no-guest-drivers",
    Role.VIRTUAL_MACHINE,
    title="A guest without the maker's drivers",
    severity=Severity.NOTE,
    why="Without them every disk and network access is emulated, the clock drifts, and the guest is shut down hard.",
    source="Microsoft Docs, Hyper-V integration services",
    remedy="Install the guest drivers (integration services, tools, additions, virtio).",
)
def no_guest_drivers(scene: Scene, vm: Block) -> Sequence[Hit]:
    """A VM without guest drivers that has no synthetic device (those are an error of their own)."""
    if not vm.parameters or scene.values(vm)["integration_services"]:
        return ()
    devices = (*scene.on(vm.id, Role.VIRTUAL_DISK), *scene.on(vm.id, Role.VIRTUAL_NIC))
    if any(scene.values(device)["device_model"] == "synthetic" for device in devices):
        return ()
    return [
        Hit(
            block=vm.id,
            message=f"“{vm.name}” has no guest drivers.",
            parameter="integration_services",
            fixes=(setting("Install the guest drivers", [vm.id], {"integration_services": True}),),
        )
    ]


@rule(
    "good_practice.device-missing",
    Role.VIRTUAL_MACHINE,
    title="A workload that needs a disk or a network card its VM does not have",
    severity=Severity.WARNING,
    why="Its requests have nowhere to go; the simulation falls back to the host's first device and says so.",
    source="HVStudio: a route ends at the hardware device that the virtual one is attached to",
    remedy="Add a virtual disk or a virtual network card to the VM.",
)
def device_missing(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Workloads with disk or network operations in VMs without such a device."""
    disks, cards = scene.on(vm.id, Role.VIRTUAL_DISK), scene.on(vm.id, Role.VIRTUAL_NIC)
    if disks and cards:
        return ()
    hits: list[Hit] = []
    workloads = [
        item for system in scene.on(vm.id, Role.OPERATING_SYSTEM) for item in scene.on(system.id, Role.WORKLOAD)
    ]
    for workload in workloads:
        values = scene.values(workload)
        if not disks and (values["disk_reads"] or values["disk_writes"]):
            hits.append(_without(scene, vm, workload, Role.VIRTUAL_DISK))
        if not cards and (values["packets_in"] or values["packets_out"]):
            hits.append(_without(scene, vm, workload, Role.VIRTUAL_NIC))
    return hits


def _without(scene: Scene, vm: Block, workload: Block, role: Role) -> Hit:
    facts = scene.place(vm).facts
    what, models = ("disk", facts.disk_models) if role is Role.VIRTUAL_DISK else ("network card", facts.nic_models)
    drivers = scene.values(vm)["integration_services"]
    model = "synthetic" if drivers and "synthetic" in models.cards else "emulated"

    def edit(document: Document) -> Document:
        name = free_name(document, f"Virtual {what}")
        return add_block(document, kind=kind_for(role), name=name, rests_on=vm.id, parameters={"device_model": model})[
            0
        ]

    return Hit(
        block=vm.id,
        message=f"“{workload.name}” uses a {what}, but “{vm.name}” has none.",
        related=(workload.id,),
        fixes=(Fix(label=f"Add a virtual {what}", edit=edit),),
    )
