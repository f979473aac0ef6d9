"""Rules of virtual devices: what they are attached to, which model, which controller, how many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hvstudio.checks.finding import Fix, Severity
from hvstudio.checks.mending import attaching, removing, setting
from hvstudio.checks.rule import Hit, Rule, rule
from hvstudio.checks.scene import Scene
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import add_block, attach

MICROSOFT_DEVICES: Final = "Microsoft Docs, storage performance and Hyper-V scalability: IDE and SCSI controllers"
GENERATIONS: Final = "Microsoft Docs, Should I create a generation 1 or 2 virtual machine in Hyper-V?"
_VIRTUAL: Final = ("virtual_disk", "virtual_nic")
_WHAT: Final = {"virtual_disk": "a disk of the host", "virtual_nic": "a virtual switch or a network card",
                "virtual_switch": "a network card"}  # fmt: skip


@rule(
    "devices.unattached",
    "virtual_disk",
    "virtual_nic",
    "virtual_switch",
    title="A virtual device attached to nothing",
    severity=Severity.WARNING,
    why="Its requests have nowhere to go; the simulation falls back to the host's first device and says so.",
    source="HVStudio: a route ends at the hardware device that the virtual one is attached to",
    remedy="Attach it to a device of the host, or a virtual network card to a switch.",
)
def unattached(scene: Scene, device: Block) -> Sequence[Hit]:
    """Virtual disks and cards, and switches to the outside, without attachment."""
    if device.attached_to is not None:
        return ()
    if device.kind == "virtual_switch" and scene.values(device)["reach"] != "external":
        return ()
    fixes: tuple[Fix, ...] = (Fix(label="Attach it to the nearest one", edit=_attaching_nearest(device)),)
    if device.kind == "virtual_switch":
        fixes = (*fixes, setting("Let it reach the VMs and the host only", [device.id], {"reach": "internal"}))
    return [
        Hit(
            block=device.id,
            message=f"“{device.name}” is attached to nothing; it should be attached to {_WHAT[device.kind]}.",
            fixes=fixes,
        )
    ]


_BACKINGS: Final = {
    "virtual_disk": ("disk", "virtual_disk"),
    "virtual_nic": ("virtual_switch", "nic"),
    "virtual_switch": ("nic",),
}


def _attaching_nearest(device: Block):
    """Attach a device to the first fitting one below it; add one to the host where there is none."""

    def edit(document: Document) -> Document:
        below: list[BlockId] = []
        support = device.rests_on
        while support is not None and support in document.blocks and support not in below:
            below.append(support)
            support = document.blocks[support].rests_on
        for kind in _BACKINGS[device.kind]:
            for block in document.blocks.values():
                if block.kind == kind and _within(document, block, below[1:] or below) and block.id != device.id:
                    if _leads_to(document, block, device.id):
                        continue
                    return attach(document, device.id, block.id)
        if not below:
            return document
        kind = "disk" if device.kind == "virtual_disk" else "nic"
        name = "Disk" if kind == "disk" else "Network card"
        root = document.blocks[below[-1]]
        if root.kind != "host":
            return document
        document, added = add_block(document, kind=kind, name=name, rests_on=root.id)
        return attach(document, device.id, added)

    return edit


def _within(document: Document, block: Block, below: list[BlockId]) -> bool:
    """Whether a block rests, directly or on a system or in a parent partition there, on one of these."""
    support = block.rests_on
    while support is not None and support in document.blocks:
        if support in below:
            return True
        if document.blocks[support].kind not in ("os", "parent_partition"):
            return False
        support = document.blocks[support].rests_on
    return False


def _leads_to(document: Document, block: Block, device: BlockId) -> bool:
    seen: set[BlockId] = set()
    current: Block | None = block
    while current is not None and current.id not in seen:
        if current.id == device:
            return True
        seen.add(current.id)
        current = document.blocks.get(current.attached_to) if current.attached_to else None
    return False


@rule(
    "devices.attached-to-wrong-kind",
    "virtual_disk",
    "virtual_nic",
    "virtual_switch",
    title="A virtual device attached to something that cannot back it",
    severity=Severity.ERROR,
    why="A disk's requests need a disk, a network card's a switch or a card.",
    source="HVStudio: a route ends at the hardware device that the virtual one is attached to",
    remedy="Attach it to a device of its kind.",
)
def attached_to_wrong_kind(scene: Scene, device: Block) -> Sequence[Hit]:
    """An attachment to a kind that the device's kind does not declare."""
    target = scene.target(device)
    kind = scene.catalog.kinds[device.kind]
    if target is None or target.kind in kind.attaches_to:
        return ()
    fixes = (attaching("Detach it", device.id, None),)
    message = f"“{device.name}” is attached to “{target.name}”, which cannot back it; it needs {_WHAT[device.kind]}."
    return [Hit(block=device.id, message=message, related=(target.id,), fixes=fixes)]


@rule(
    "devices.attached-elsewhere",
    "virtual_disk",
    "virtual_nic",
    "virtual_switch",
    title="A virtual device attached to a device of another host",
    severity=Severity.ERROR,
    why="A host reaches only its own disks and cards; what is shared is a LUN or a network that each host sees itself.",
    source="HVStudio: a host owns the devices that are built into it",
    remedy="Attach it to a device of the host that its VM runs on.",
)
def attached_elsewhere(scene: Scene, device: Block) -> Sequence[Hit]:
    """An attachment that leaves the stack."""
    target = scene.target(device)
    if target is None or target.kind not in scene.catalog.kinds[device.kind].attaches_to:
        return ()
    here, there = scene.place(device).root, scene.place(target).root
    if here is None or there is None or here == there:
        return ()
    return [
        Hit(
            block=device.id,
            message=f"“{device.name}” is attached to “{target.name}”, which belongs to another host.",
            related=(target.id,),
            fixes=(attaching("Detach it", device.id, None),),
        )
    ]


def _models(scene: Scene, device: Block) -> frozenset[str] | None:
    """The device models that the product under a VM offers; None where nothing is known."""
    group = "disk_models" if device.kind == "virtual_disk" else "nic_models"
    return scene.place(device).facts.names(group)


@rule(
    "devices.model-not-offered",
    *_VIRTUAL,
    title="A device model that the product does not offer",
    severity=Severity.ERROR,
    why="The VM cannot be given this device on this product.",
    source="The device models of the product; see the catalogue card",
    remedy="Choose a model that the product offers.",
)
def model_not_offered(scene: Scene, device: Block) -> Sequence[Hit]:
    """Device models against those of the product."""
    offered = _models(scene, device)
    if offered is None:
        return ()
    model = scene.values(device)["device_model"]
    if model in offered:
        return ()
    best = next((name for name in ("synthetic", "emulated", "pass-through", "sr-iov") if name in offered), None)
    label = scene.place(device).facts.label
    return [
        Hit(
            block=device.id,
            message=f"{label} does not offer the model “{model}” that “{device.name}” has.",
            parameter="device_model",
            fixes=(setting(f"Make it {best}", [device.id], {"device_model": best}),) if best else (),
        )
    ]


@rule(
    "devices.emulated",
    *_VIRTUAL,
    title="An emulated device where a faster one is offered",
    severity=Severity.NOTE,
    why="Every access to an emulated device leaves the VM several times; a synthetic one hands over many at once.",
    source="Microsoft Docs, Hyper-V architecture: enlightened I/O bypasses emulation; Sugerman et al. 2001, table 2",
    remedy="Install the guest drivers and choose the synthetic model.",
)
def emulated(scene: Scene, device: Block) -> Sequence[Hit]:
    """Emulated devices on products that offer synthetic ones."""
    if scene.values(device)["device_model"] != "emulated":
        return ()
    offered = _models(scene, device)
    if offered is None or "synthetic" not in offered:
        return ()
    return [
        Hit(
            block=device.id,
            message=f"“{device.name}” is emulated; {scene.place(device).facts.label} offers a synthetic one.",
            parameter="device_model",
            fixes=(setting("Make it synthetic", [device.id], {"device_model": "synthetic"}),),
        )
    ]


@rule(
    "devices.guest-drivers-missing",
    "vm",
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
    return (*scene.on(vm.id, "virtual_disk"), *scene.on(vm.id, "virtual_nic"))


@rule(
    "devices.generation2-not-offered",
    "vm",
    title="A Generation 2 VM on a product that has none",
    severity=Severity.ERROR,
    why="Generation 2 came with Windows Server 2012 R2; other products know only the older firmware and devices.",
    source=GENERATIONS,
    remedy="Make it Generation 1, or choose a newer product.",
)
def generation2_not_offered(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Generation 2 against the product."""
    if scene.values(vm)["generation"] != "2":
        return ()
    facts = scene.place(vm).facts
    if facts.yes("guests.generation2") is not False:
        return ()
    return [
        Hit(
            block=vm.id,
            message=f"“{vm.name}” is a Generation 2 VM; {facts.label} has only Generation 1.",
            parameter="generation",
            source=facts.source("guests.generation2"),
            fixes=(setting("Make it Generation 1", [vm.id], {"generation": "1"}),),
        )
    ]


@rule(
    "devices.generation2-guest",
    "vm",
    title="A guest system that cannot start in a Generation 2 VM",
    severity=Severity.ERROR,
    why="Generation 2 starts by UEFI and has no emulated devices; only newer 64-bit systems can do without them.",
    source=GENERATIONS,
    remedy="Make the VM Generation 1 (the generation of a real VM cannot be changed later), or use a newer guest.",
)
def generation2_guest(scene: Scene, vm: Block) -> Sequence[Hit]:
    """The guest's system against Generation 2."""
    if scene.values(vm)["generation"] != "2":
        return ()
    for system in scene.on(vm.id, "os"):
        facts = scene.facts(system)
        if facts.yes("generation2_guest") is False or facts.yes("is_64bit") is False:
            return [
                Hit(
                    block=vm.id,
                    message=f"“{system.name}” cannot start in “{vm.name}”, which is a Generation 2 VM.",
                    related=(system.id,),
                    parameter="generation",
                    fixes=(setting("Make it Generation 1", [vm.id], {"generation": "1"}),),
                )
            ]
    return ()


@rule(
    "devices.generation2-emulated",
    "vm",
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
        is_disk = device.kind == "virtual_disk"
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
    "vm",
    title="A Generation 1 VM that should start from SCSI",
    severity=Severity.ERROR,
    why="The synthetic SCSI controller works only once the guest's driver runs, so the start must come from IDE.",
    source=MICROSOFT_DEVICES,
    remedy="Put the boot disk on IDE, or make the VM Generation 2.",
)
def boot_from_scsi(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Boot disks on SCSI in Generation 1 VMs of products that start from IDE only."""
    if scene.values(vm)["generation"] != "1" or not scene.place(vm).facts.yes("guests.boot_ide_only"):
        return ()
    hits: list[Hit] = []
    for disk in scene.on(vm.id, "virtual_disk"):
        values = scene.values(disk)
        if values["boot"] and values["controller"] == "scsi":
            hits.append(
                Hit(
                    block=disk.id,
                    message=f"“{vm.name}” is a Generation 1 VM and cannot start from “{disk.name}” on SCSI.",
                    related=(vm.id,),
                    parameter="controller",
                    fixes=(setting("Put it on IDE", [disk.id], {"controller": "ide"}),),
                )
            )
    return hits


@rule(
    "devices.two-boot-disks",
    "vm",
    title="More than one boot disk",
    severity=Severity.WARNING,
    why="A VM starts from one disk; which one would be chance.",
    source="HVStudio: the boot mark says which disk the guest's system is on",
    remedy="Leave the mark on one disk.",
)
def two_boot_disks(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Several disks marked as boot disk."""
    disks = scene.on(vm.id, "virtual_disk")
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


def _count(scene: Scene, vm: Block, *, path: str, devices: list[Block], what: str, fix: Fix | None) -> Sequence[Hit]:
    """A hit when a VM has more devices of a sort than the product allows."""
    facts = scene.place(vm).facts
    most = facts.number(path)
    if most is None or len(devices) <= most:
        return ()
    surplus = [device.id for device in devices[int(most) :]]
    fixes = (removing(f"Keep the first {most:g}", surplus),)
    if fix is not None:
        fixes = (fix, *fixes)
    return [
        Hit(
            block=vm.id,
            message=f"“{vm.name}” has {len(devices)} {what}; {facts.label} allows {most:g}.",
            related=tuple(device.id for device in devices),
            source=facts.source(path),
            fixes=fixes,
        )
    ]


@rule(
    "devices.too-many-disks",
    "vm",
    title="More disks than the controllers take",
    severity=Severity.ERROR,
    why="Each controller has a fixed number of places.",
    source=MICROSOFT_DEVICES,
    remedy="Move disks to the other controller, or use fewer and larger ones.",
)
def too_many_disks(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Disks on IDE and SCSI against the product's limits."""
    disks = scene.on(vm.id, "virtual_disk")
    if len(disks) < 2:
        return ()
    ide = [disk for disk in disks if scene.values(disk)["controller"] == "ide"]
    scsi = [disk for disk in disks if scene.values(disk)["controller"] == "scsi"]
    most = scene.place(vm).facts.number("limits.disks_ide")
    to_scsi = None
    if most is not None and len(ide) > most:
        data = sorted(ide, key=lambda disk: bool(scene.values(disk)["boot"]), reverse=True)
        surplus = [disk.id for disk in data[int(most) :]]
        to_scsi = setting("Move the others to SCSI", surplus, {"controller": "scsi"})
    return [
        *_count(scene, vm, path="limits.disks_ide", devices=ide, what="IDE disks", fix=to_scsi),
        *_count(scene, vm, path="limits.disks_scsi", devices=scsi, what="SCSI disks", fix=None),
    ]


@rule(
    "devices.too-many-nics",
    "vm",
    title="More virtual network cards than the product allows",
    severity=Severity.ERROR,
    why="The product has a fixed number of places for each model.",
    source="Microsoft Docs, plan for Hyper-V scalability: 8 synthetic and 4 legacy adapters (2016)",
    remedy="Use fewer cards; one card can carry many networks by VLANs.",
)
def too_many_nics(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Virtual network cards by model against the product's limits."""
    cards = scene.on(vm.id, "virtual_nic")
    if len(cards) < 2:
        return ()
    old = [card for card in cards if scene.values(card)["device_model"] == "emulated"]
    new = [card for card in cards if scene.values(card)["device_model"] != "emulated"]
    return [
        *_count(scene, vm, path="limits.nics_synthetic", devices=new, what="network cards", fix=None),
        *_count(scene, vm, path="limits.nics_emulated", devices=old, what="emulated network cards", fix=None),
    ]


RULES: Final[tuple[Rule, ...]] = (
    unattached,
    attached_to_wrong_kind,
    attached_elsewhere,
    model_not_offered,
    emulated,
    guest_drivers_missing,
    generation2_not_offered,
    generation2_guest,
    generation2_emulated,
    boot_from_scsi,
    two_boot_disks,
    too_many_disks,
    too_many_nics,
)
