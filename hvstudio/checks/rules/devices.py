"""Rules of virtual devices: what they are attached to and which model they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from hvstudio.catalog.kinds import kind_for, role_of
from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Fix, Severity
from hvstudio.checks.fixes.mending import attaching, removing, setting
from hvstudio.checks.rule import Hit, rule
from hvstudio.composition.devices import fallbacks
from hvstudio.composition.scene import Scene
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import Edit, add_block, attach, set_parameters

_VIRTUAL: Final = (Role.VIRTUAL_DISK, Role.VIRTUAL_NIC)
_WHAT: Final[Mapping[Role | None, str]] = {
    Role.VIRTUAL_DISK: "a disk of the host",
    Role.VIRTUAL_NIC: "a virtual switch or a network card",
    Role.VIRTUAL_SWITCH: "a network card",
}


@rule(
    "devices.unattached",
    Role.VIRTUAL_DISK,
    Role.VIRTUAL_NIC,
    Role.VIRTUAL_SWITCH,
    title="A virtual device attached to nothing",
    severity=Severity.WARNING,
    why="Its requests have nowhere to go; the simulation falls back to the host's first device and says so.",
    source="HVStudio: a route ends at the hardware device that the virtual one is attached to",
    remedy="Attach it to a device of the host, or a virtual network card to a switch.",
    reads_host=True,
)
def unattached(scene: Scene, device: Block) -> Sequence[Hit]:
    """Virtual disks and cards, and switches to the outside, without attachment."""
    if device.attached_to is not None:
        return ()
    if role_of(device) is Role.VIRTUAL_SWITCH and scene.values(device)["reach"] != "external":
        return ()
    fixes: tuple[Fix, ...] = (removing("Remove it", [device.id]),)
    if scene.place(device).host is not None:
        fixes = (Fix(label="Attach it to the nearest one", edit=_attaching_nearest(device)),)
    if role_of(device) is Role.VIRTUAL_SWITCH:
        fixes = (*fixes, setting("Let it reach the VMs and the host only", [device.id], {"reach": "internal"}))
    return [
        Hit(
            block=device.id,
            message=f"“{device.name}” is attached to nothing; it should be attached to {_WHAT[role_of(device)]}.",
            fixes=fixes,
        )
    ]


def _fixes(scene: Scene, device: Block) -> tuple[Fix, ...]:
    """Attach a device to one of its own stack, or to nothing."""
    detach = attaching("Detach it", device.id, None)
    if scene.place(device).host is None:
        return (detach,)
    return (Fix(label="Attach it to the nearest one", edit=_attaching_nearest(device)), detach)


_BACKINGS: Final[Mapping[Role | None, tuple[Role, ...]]] = {
    Role.VIRTUAL_DISK: (Role.PHYSICAL_DISK, Role.VIRTUAL_DISK),
    Role.VIRTUAL_NIC: (Role.VIRTUAL_SWITCH, Role.PHYSICAL_NIC),
    Role.VIRTUAL_SWITCH: (Role.PHYSICAL_NIC,),
}


def _attaching_nearest(device: Block) -> Edit:
    """Attach a device to the first fitting one below it; add one to the host where there is none."""

    def edit(document: Document) -> Document:
        below: list[BlockId] = []
        support = device.rests_on
        while support is not None and support in document.blocks and support not in below:
            below.append(support)
            support = document.blocks[support].rests_on
        for role in _BACKINGS[role_of(device)]:
            for block in document.blocks.values():
                if role_of(block) is role and _within(document, block, below[1:] or below) and block.id != device.id:
                    if _leads_to(document, block, device.id):
                        continue
                    return _fitting_model(attach(document, device.id, block.id), device, block)
        if not below:
            return document
        is_disk = role_of(device) is Role.VIRTUAL_DISK
        kind = kind_for(Role.PHYSICAL_DISK if is_disk else Role.PHYSICAL_NIC)
        name = "Disk" if is_disk else "Network card"
        root = document.blocks[below[-1]]
        if role_of(root) is not Role.HARDWARE:
            return document
        document, added = add_block(document, kind=kind, name=name, rests_on=root.id)
        return _fitting_model(attach(document, device.id, added), device, document.blocks[added])

    return edit


def _fitting_model(document: Document, device: Block, target: Block) -> Document:
    """A card that should be an SR-IOV function becomes synthetic where its target is no card with SR-IOV."""
    if device.parameters.get("device_model") != "sr-iov" or target.parameters.get("sr_iov") is True:
        return document
    return set_parameters(document, [device.id], {"device_model": "synthetic"})


def _within(document: Document, block: Block, below: list[BlockId]) -> bool:
    """Whether a block rests, directly or on a system or in a parent partition there, on one of these."""
    support = block.rests_on
    while support is not None and support in document.blocks:
        if support in below:
            return True
        if role_of(document.blocks[support]) not in (Role.OPERATING_SYSTEM, Role.PARENT_PARTITION):
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
    Role.VIRTUAL_DISK,
    Role.VIRTUAL_NIC,
    Role.VIRTUAL_SWITCH,
    title="A virtual device attached to something that cannot back it",
    severity=Severity.ERROR,
    why="A disk's requests need a disk, a network card's a switch or a card.",
    source="HVStudio: a route ends at the hardware device that the virtual one is attached to",
    remedy="Attach it to a device of its kind.",
    reads_host=True,
)
def attached_to_wrong_kind(scene: Scene, device: Block) -> Sequence[Hit]:
    """An attachment to a kind that the device's kind does not declare."""
    target = scene.target(device)
    kind = scene.catalog.kinds[device.kind]
    if target is None or target.kind in kind.attaches_to:
        return ()
    fixes = _fixes(scene, device)
    message = (
        f"“{device.name}” is attached to “{target.name}”, which cannot back it; it needs {_WHAT[role_of(device)]}."
    )
    return [Hit(block=device.id, message=message, related=(target.id,), fixes=fixes)]


@rule(
    "devices.attached-elsewhere",
    Role.VIRTUAL_DISK,
    Role.VIRTUAL_NIC,
    Role.VIRTUAL_SWITCH,
    title="A virtual device attached to a device of another host",
    severity=Severity.ERROR,
    why="A host reaches only its own disks and cards; what is shared is a LUN or a network that each host sees itself.",
    source="HVStudio: a host owns the devices that are built into it",
    remedy="Attach it to a device of the host that its VM runs on.",
    reads_host=True,
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
            fixes=_fixes(scene, device),
        )
    ]


def _models(scene: Scene, device: Block) -> frozenset[str] | None:
    """The device models that the product under a VM offers; None where nothing is known."""
    facts = scene.place(device).facts
    models = facts.disk_models if role_of(device) is Role.VIRTUAL_DISK else facts.nic_models
    return frozenset(models.cards) if facts.product else None


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
    best = next((name for name in fallbacks(model) if name in offered), None)
    label = scene.place(device).facts.label
    return [
        Hit(
            block=device.id,
            message=f"{label} does not offer the model “{model}” that “{device.name}” has.",
            parameter="device_model",
            fixes=(setting(f"Make it {best}", [device.id], {"device_model": best}),) if best else (),
        )
    ]
