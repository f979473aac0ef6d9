"""Rules of devices handed to a VM: SR-IOV and device assignment, and switches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Severity
from hvstudio.checks.fixes.mending import attaching, setting
from hvstudio.checks.rule import Hit, rule
from hvstudio.composition.devices import HANDED_OVER, backing_of
from hvstudio.composition.scene import Scene
from hvstudio.composition.serving import owner_of_devices
from hvstudio.model.document import Block

PLATFORM: Final = "Microsoft Docs, system requirements: SR-IOV and DDA need EPT/NPT, interrupt and DMA remapping, ACS"


@rule(
    "hardware.needs-iommu",
    Role.VIRTUAL_DISK,
    Role.VIRTUAL_NIC,
    title="A device is handed to a VM without an IOMMU",
    severity=Severity.ERROR,
    why="The device writes to memory by itself; only an IOMMU keeps it inside the memory of its VM.",
    source=PLATFORM,
    remedy="Choose a host with an IOMMU (VT-d, AMD-Vi) and switch it on, or use a synthetic device.",
    reads_host=True,
)
def needs_iommu(scene: Scene, device: Block) -> Sequence[Hit]:
    """SR-IOV and pass-through devices on a host without IOMMU."""
    model = scene.values(device)["device_model"]
    if model not in HANDED_OVER:
        return ()
    place = scene.place(device)
    if place.host is None or place.host.iommu or place.root is None:
        return ()
    what = "an SR-IOV function" if model == "sr-iov" else "a whole device"
    return [
        Hit(
            block=device.id,
            message=f"“{device.name}” hands {what} to the VM, but the host has no IOMMU.",
            related=(place.root,),
            parameter="device_model",
            fixes=(
                setting("Give the host an IOMMU", [place.root], {"iommu": True}),
                setting("Make it synthetic", [device.id], {"device_model": "synthetic"}),
            ),
        )
    ]


@rule(
    "hardware.needs-sr-iov-card",
    Role.VIRTUAL_NIC,
    title="SR-IOV on a card that has none",
    severity=Severity.ERROR,
    why="The virtual functions are made by the card itself; an ordinary card has none to give.",
    source="PCI-SIG, Single Root I/O Virtualization: virtual functions are a capability of the device (recalled)",
    remedy="Choose a card with SR-IOV, or make the virtual card synthetic.",
)
def needs_sr_iov_card(scene: Scene, device: Block) -> Sequence[Hit]:
    """SR-IOV virtual cards whose physical card has no SR-IOV."""
    if scene.values(device)["device_model"] != "sr-iov":
        return ()
    vm = scene.support(device)
    below = None if vm is None else scene.carrier(vm)
    backing = None if below is None else backing_of(scene, owner_of_devices(scene, below), device, "nic")
    card = None if backing is None else backing.device
    if card is None or role_of(card) is not Role.PHYSICAL_NIC or scene.values(card)["sr_iov"]:
        return ()
    return [
        Hit(
            block=device.id,
            message=f"“{device.name}” uses SR-IOV, but the card “{card.name}” has none.",
            related=(card.id,),
            parameter="device_model",
            fixes=(
                setting(f"Give “{card.name}” SR-IOV", [card.id], {"sr_iov": True}),
                setting("Make it synthetic", [device.id], {"device_model": "synthetic"}),
            ),
        )
    ]


@rule(
    "devices.assigned-twice",
    Role.PHYSICAL_DISK,
    Role.PHYSICAL_NIC,
    title="A device handed to one VM and used by others",
    severity=Severity.ERROR,
    why="A device that is handed to a VM belongs to that VM alone; nobody else can reach it, not even the host.",
    source="Microsoft Docs, Discrete Device Assignment: the device is dismounted from the host",
    remedy="Give the others another device, or let all of them use it through the hypervisor.",
)
def assigned_twice(scene: Scene, device: Block) -> Sequence[Hit]:
    """Pass-through devices that share their physical device."""
    users = [scene.blocks[item] for item in scene.index.attached_to(device.id)]
    if len(users) < 2:
        return ()
    hits: list[Hit] = []
    for user in users:
        if (
            role_of(user) in (Role.VIRTUAL_DISK, Role.VIRTUAL_NIC)
            and scene.values(user)["device_model"] == "pass-through"
        ):
            others = len(users) - 1
            more = "another user" if others == 1 else f"{others} other users"
            hits.append(
                Hit(
                    block=user.id,
                    message=f"“{device.name}” is handed to a VM as “{user.name}”, but it has {more}.",
                    related=(device.id, *(item.id for item in users if item.id != user.id)),
                    parameter="device_model",
                    fixes=(setting("Make it synthetic", [user.id], {"device_model": "synthetic"}),),
                )
            )
    return hits


@rule(
    "devices.inner-switch-attached",
    Role.VIRTUAL_SWITCH,
    title="An internal or private switch attached to a card",
    severity=Severity.WARNING,
    why="Its packets never leave the host; the attachment has no effect and looks as if they did.",
    source="Microsoft Docs, Hyper-V virtual switch: external, internal and private",
    remedy="Detach it, or make the switch external.",
)
def inner_switch_attached(scene: Scene, switch: Block) -> Sequence[Hit]:
    """Switches without reach to the outside that are attached to a card."""
    reach = scene.values(switch)["reach"]
    target = scene.target(switch)
    if reach == "external" or target is None or role_of(target) is not Role.PHYSICAL_NIC:
        return ()
    return [
        Hit(
            block=switch.id,
            message=f"“{switch.name}” is {reach}, so the card “{target.name}” does not carry its packets.",
            related=(target.id,),
            parameter="reach",
            fixes=(
                setting("Make it external", [switch.id], {"reach": "external"}),
                attaching("Detach it", switch.id, None),
            ),
        )
    ]
