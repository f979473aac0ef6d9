"""Rules of the devices of one VM: model, generation, boot disk, number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.catalog.sourced import Fact
from hvstudio.checks.finding import Fix, Severity
from hvstudio.checks.fixes.mending import removing, setting
from hvstudio.checks.rule import Hit, rule
from hvstudio.composition.scene import Scene
from hvstudio.composition.starting import Hindrance, Obstacle, vm_obstacles
from hvstudio.model.document import Block, Document
from hvstudio.model.edits import set_parameters

MICROSOFT_DEVICES: Final = "Microsoft Docs, storage performance and Hyper-V scalability: IDE and SCSI controllers"
GENERATIONS: Final = "Microsoft Docs, Should I create a generation 1 or 2 virtual machine in Hyper-V?"


@rule(
    "devices.emulated",
    Role.VIRTUAL_MACHINE,
    title="Emulated devices where faster ones are offered",
    severity=Severity.NOTE,
    why="Every access to an emulated device leaves the VM several times; a synthetic one hands over many at once.",
    source="Microsoft Docs, Hyper-V architecture: enlightened I/O bypasses emulation; Sugerman et al. 2001, table 2",
    remedy="Install the guest drivers and choose the synthetic model.",
)
def emulated(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Emulated devices on products that offer synthetic ones."""
    facts = scene.place(vm).facts
    slow: list[Block] = []
    for device in _devices(scene, vm):
        if scene.values(device)["device_model"] == "emulated":
            models = facts.disk_models if role_of(device) is Role.VIRTUAL_DISK else facts.nic_models
            if facts.product and "synthetic" in models.cards:
                slow.append(device)
    if not slow:
        return ()
    names = " and ".join(f"“{device.name}”" for device in slow[:2])
    what = f"{names} of “{vm.name}” are" if len(slow) == 2 else f"{names} of “{vm.name}” is"
    if len(slow) > 2:
        what = f"{len(slow)} devices of “{vm.name}” are"
    devices = tuple(device.id for device in slow)

    def edit(document: Document) -> Document:
        document = set_parameters(document, devices, {"device_model": "synthetic"})
        return set_parameters(document, [vm.id], {"integration_services": None})

    return [
        Hit(
            block=vm.id,
            message=f"{what} emulated; {facts.label} offers synthetic devices.",
            related=devices,
            fixes=(Fix(label="Make them synthetic", edit=edit),),
        )
    ]


@rule(
    "devices.guest-drivers-missing",
    Role.VIRTUAL_MACHINE,
    title="Synthetic devices without the guest drivers",
    severity=Severity.ERROR,
    why="The guest sees a synthetic device only with the maker's drivers (integration services, tools, virtio).",
    source="Microsoft Docs, Hyper-V architecture: enlightened I/O needs integration services",
    remedy="Install the guest drivers, or use emulated devices.",
)
def guest_drivers_missing(scene: Scene, vm: Block) -> Sequence[Hit]:
    """A VM without guest drivers that has synthetic devices."""
    if scene.values(vm)["integration_services"]:
        return ()
    devices = [device for device in _devices(scene, vm) if scene.values(device)["device_model"] == "synthetic"]
    if not devices:
        return ()
    return [
        Hit(
            block=vm.id,
            message=f"“{vm.name}” has no guest drivers, so it cannot use its synthetic device “{devices[0].name}”.",
            related=tuple(device.id for device in devices),
            parameter="integration_services",
            fixes=(
                setting("Install the guest drivers", [vm.id], {"integration_services": True}),
                setting("Make the devices emulated", [item.id for item in devices], {"device_model": "emulated"}),
            ),
        )
    ]


def _devices(scene: Scene, vm: Block) -> tuple[Block, ...]:
    return (*scene.on(vm.id, Role.VIRTUAL_DISK), *scene.on(vm.id, Role.VIRTUAL_NIC))


def _obstacles(scene: Scene, vm: Block, hindrance: Hindrance) -> list[Obstacle]:
    return [item for item in vm_obstacles(scene, vm) if item.hindrance is hindrance]


@rule(
    "devices.generation2-not-offered",
    Role.VIRTUAL_MACHINE,
    title="A Generation 2 VM on a product that has none",
    severity=Severity.ERROR,
    why="Generation 2 came with Windows Server 2012 R2; other products know only the older firmware and devices.",
    source=GENERATIONS,
    remedy="Make it Generation 1, or choose a newer product.",
)
def generation2_not_offered(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Generation 2 against the product."""
    if not _obstacles(scene, vm, Hindrance.GENERATION_NOT_OFFERED):
        return ()
    facts = scene.place(vm).facts
    return [
        Hit(
            block=vm.id,
            message=f"“{vm.name}” is a Generation 2 VM; {facts.label} has only Generation 1.",
            parameter="generation",
            source=facts.guests.generation2.said_by,
            fixes=(setting("Make it Generation 1", [vm.id], {"generation": "1"}),),
        )
    ]


@rule(
    "devices.generation2-guest",
    Role.VIRTUAL_MACHINE,
    title="A guest system that cannot start in a Generation 2 VM",
    severity=Severity.ERROR,
    why="Generation 2 starts by UEFI and has no emulated devices; only newer 64-bit systems can do without them.",
    source=GENERATIONS,
    remedy="Make the VM Generation 1 (the generation of a real VM cannot be changed later), or use a newer guest.",
)
def generation2_guest(scene: Scene, vm: Block) -> Sequence[Hit]:
    """The guest's system against Generation 2."""
    return [
        Hit(
            block=vm.id,
            message=f"{scene.name(item.about[0])} cannot start in “{vm.name}”, which is a Generation 2 VM.",
            related=item.about,
            parameter="generation",
            fixes=(setting("Make it Generation 1", [vm.id], {"generation": "1"}),),
        )
        for item in _obstacles(scene, vm, Hindrance.GUEST_GENERATION)
    ]


@rule(
    "devices.generation2-emulated",
    Role.VIRTUAL_MACHINE,
    title="An emulated device in a Generation 2 VM",
    severity=Severity.ERROR,
    why="Generation 2 has no emulated devices: no IDE controller and no legacy network card.",
    source=GENERATIONS,
    remedy="Use SCSI disks and synthetic network cards.",
)
def generation2_emulated(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Emulated devices and IDE disks in Generation 2 VMs."""
    if scene.values(vm)["generation"] != "2":
        return ()
    hits: list[Hit] = []
    for device in _devices(scene, vm):
        values = scene.values(device)
        is_disk = role_of(device) is Role.VIRTUAL_DISK
        if values["device_model"] == "emulated":
            what, change = "is emulated", {"device_model": "synthetic"}
        elif is_disk and values["controller"] == "ide":
            what, change = "hangs on an IDE controller", {"controller": "scsi"}
        else:
            continue
        if is_disk:
            change = {"device_model": values["device_model"], **change, "controller": "scsi"}
        fix = setting("Make it synthetic" + (" on SCSI" if is_disk else ""), [device.id], change)
        message = f"“{device.name}” {what}; the Generation 2 VM “{vm.name}” has no such device."
        hits.append(Hit(block=device.id, message=message, related=(vm.id,), fixes=(fix,)))
    return hits


@rule(
    "devices.boot-from-scsi",
    Role.VIRTUAL_MACHINE,
    title="A Generation 1 VM that should start from SCSI",
    severity=Severity.ERROR,
    why="The synthetic SCSI controller works only once the guest's driver runs, so the start must come from IDE.",
    source=MICROSOFT_DEVICES,
    remedy="Put the boot disk on IDE, or make the VM Generation 2.",
)
def boot_from_scsi(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Boot disks on SCSI in Generation 1 VMs of products that start from IDE only."""
    return [
        Hit(
            block=item.about[0],
            message=f"“{vm.name}” is a Generation 1 VM and cannot start from {scene.name(item.about[0])} on SCSI.",
            related=(vm.id,),
            parameter="controller",
            fixes=(setting("Put it on IDE", [item.about[0]], {"controller": "ide"}),),
        )
        for item in _obstacles(scene, vm, Hindrance.BOOT_CONTROLLER)
    ]


@rule(
    "devices.two-boot-disks",
    Role.VIRTUAL_MACHINE,
    title="More than one boot disk",
    severity=Severity.WARNING,
    why="A VM starts from one disk; which one would be chance.",
    source="HVStudio: the boot mark says which disk the guest's system is on",
    remedy="Leave the mark on one disk.",
)
def two_boot_disks(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Several disks marked as boot disk."""
    disks = scene.on(vm.id, Role.VIRTUAL_DISK)
    if len(disks) < 2:
        return ()
    marked = [disk for disk in disks if scene.values(disk)["boot"]]
    if len(marked) < 2:
        return ()
    others = [disk.id for disk in marked[1:]]
    return [
        Hit(
            block=vm.id,
            message=f"{len(marked)} disks of “{vm.name}” are marked as boot disk.",
            related=tuple(disk.id for disk in marked),
            fixes=(setting(f"Start from “{marked[0].name}” only", others, {"boot": False}),),
        )
    ]


def _count(
    scene: Scene, vm: Block, limit: Fact[int | None], *, devices: list[Block], what: str, fix: Fix | None
) -> Sequence[Hit]:
    """A hit when a VM has more devices of a sort than the product allows."""
    label, most = scene.place(vm).facts.label, limit.value
    if most is None or len(devices) <= most:
        return ()
    surplus = [device.id for device in devices[int(most) :]]
    fixes = (removing(f"Keep the first {most:g}", surplus),)
    if fix is not None:
        fixes = (fix, *fixes)
    return [
        Hit(
            block=vm.id,
            message=f"“{vm.name}” has {len(devices)} {what}; {label} allows {most:g}.",
            related=tuple(device.id for device in devices),
            source=limit.said_by,
            fixes=fixes,
        )
    ]


@rule(
    "devices.too-many-disks",
    Role.VIRTUAL_MACHINE,
    title="More disks than the controllers take",
    severity=Severity.ERROR,
    why="Each controller has a fixed number of places.",
    source=MICROSOFT_DEVICES,
    remedy="Move disks to the other controller, or use fewer and larger ones.",
)
def too_many_disks(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Disks on IDE and SCSI against the product's limits."""
    disks = scene.on(vm.id, Role.VIRTUAL_DISK)
    if len(disks) < 2:
        return ()
    ide = [disk for disk in disks if scene.values(disk)["controller"] == "ide"]
    scsi = [disk for disk in disks if scene.values(disk)["controller"] == "scsi"]
    limits = scene.place(vm).facts.limits
    most = limits.disks_ide.value
    to_scsi = None
    if most is not None and len(ide) > most:
        data = sorted(ide, key=lambda disk: bool(scene.values(disk)["boot"]), reverse=True)
        surplus = [disk.id for disk in data[int(most) :]]
        to_scsi = setting("Move the others to SCSI", surplus, {"controller": "scsi"})
    return [
        *_count(scene, vm, limits.disks_ide, devices=ide, what="IDE disks", fix=to_scsi),
        *_count(scene, vm, limits.disks_scsi, devices=scsi, what="SCSI disks", fix=None),
    ]


@rule(
    "devices.too-many-nics",
    Role.VIRTUAL_MACHINE,
    title="More virtual network cards than the product allows",
    severity=Severity.ERROR,
    why="The product has a fixed number of places for each model.",
    source="Microsoft Docs, plan for Hyper-V scalability: 8 synthetic and 4 legacy adapters (2016)",
    remedy="Use fewer cards; one card can carry many networks by VLANs.",
)
def too_many_nics(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Virtual network cards by model against the product's limits."""
    cards = scene.on(vm.id, Role.VIRTUAL_NIC)
    if len(cards) < 2:
        return ()
    old = [card for card in cards if scene.values(card)["device_model"] == "emulated"]
    new = [card for card in cards if scene.values(card)["device_model"] != "emulated"]
    limits = scene.place(vm).facts.limits
    return [
        *_count(scene, vm, limits.nics_synthetic, devices=new, what="network cards", fix=None),
        *_count(scene, vm, limits.nics_emulated, devices=old, what="emulated network cards", fix=None),
    ]
