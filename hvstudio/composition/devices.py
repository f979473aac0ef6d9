"""Devices: which model a VM really gets, what carries a virtual device, and how long the hardware is busy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.composition.scene import Scene
from hvstudio.composition.serving import owner_of_devices
from hvstudio.model.document import Block

HANDED_OVER: Final = ("sr-iov", "pass-through")
"""Models by which a VM drives hardware itself."""
_ROLES: Final = {
    "disk": (Role.PHYSICAL_DISK, Role.VIRTUAL_DISK),
    "nic": (Role.PHYSICAL_NIC, Role.VIRTUAL_NIC),
}
"""What a class of devices is on a host, and in a VM."""
DEVICE_WORDS: Final = {"disk": "disk", "nic": "network card"}
_PACKET_OVERHEAD_BYTES: Final = 78
"""Preamble, Ethernet, IP and TCP headers and gap of one packet. Source: IEEE 802.3; RFC 791; RFC 793."""
_LONGEST_CHAIN: Final = 16


@frozen(kw_only=True)
class Model:
    """The device model that a VM gets: its name, its cost card, and why it is not the one asked for (else empty)."""

    name: str
    card: str
    instead: str = ""


@frozen(kw_only=True)
class Backing:
    """The device of a machine that carries a virtual one, and why it is one that nobody attached it to (else empty)."""

    device: Block
    instead: str = ""


def offered_models(scene: Scene, hypervisor: Block | None, kind: str) -> Mapping[str, str]:
    """The models of disks ("disk") or network cards ("nic") that a product offers, each with its cost card."""
    facts = scene.catalog.hypervisor("") if hypervisor is None else scene.facts(hypervisor)
    return facts.models(kind).cards


def fallbacks(wanted: str) -> tuple[str, ...]:
    """The models to take where the wanted one cannot be had, the best first."""
    return ("synthetic" if wanted in HANDED_OVER else "emulated", "emulated", "synthetic")


def device_model(scene: Scene, vm: Block, device: Block | None, kind: str) -> Model | None:
    """The model by which a VM reaches a device: the wanted one if product, guest and hardware have it.

    Without guest drivers there is nothing but emulation. None where the product offers no model of the kind at all.
    """
    provider = scene.provider(vm)
    offered = dict(offered_models(scene, provider, kind))
    if scene.values(vm)["generation"] == "2":
        offered.pop("emulated", None)  # Generation 2 has no emulated devices. Source: Microsoft Docs, generation 1 or 2
    asked = "synthetic" if device is None else str(scene.values(device)["device_model"])
    wanted = "emulated" if asked == "synthetic" and not scene.values(vm)["integration_services"] else asked
    lacking = hardware_lacks(scene, vm, device, wanted)
    for name in (*(() if lacking else (wanted,)), *fallbacks(wanted)):
        if name in offered:
            by = "the hypervisor" if provider is None else provider.name
            reason = "" if name == wanted else lacking or f"{by} offers no {wanted} {kind}"
            return Model(name=name, card=offered[name], instead=reason)
    return None


def hardware_lacks(scene: Scene, vm: Block, device: Block | None, wanted: str) -> str:
    """What the hardware lacks to hand a device to a VM; empty when nothing, or when nothing is handed over."""
    if device is None or wanted not in HANDED_OVER:
        return ""
    below, hardware = scene.carrier(vm), scene.hardware(vm)
    offered = scene.place(vm).host
    if offered is None or below is None or hardware is None:
        return ""
    if not offered.iommu:
        return f"{hardware.name} has no IOMMU"
    if wanted == "sr-iov":
        card = backing_of(scene, owner_of_devices(scene, below), device, "nic")
        if card is not None and role_of(card.device) is Role.PHYSICAL_NIC and not scene.values(card.device)["sr_iov"]:
            return f"{card.device.name} has no SR-IOV"
    return ""


def devices_of(scene: Scene, machine: Block, kind: str) -> Sequence[Block]:
    """Disks or network cards of a machine: physical ones of a host, virtual ones of a VM."""
    return scene.on(machine.id, _ROLES[kind][role_of(machine) is not Role.HARDWARE])


def backing_of(scene: Scene, below: Block, device: Block | None, kind: str) -> Backing | None:
    """The device of the machine `below` that carries a virtual device (None: one that is not drawn).

    The first of the machine where none is named or the attachment leads elsewhere; None where the machine has none.
    """
    own = devices_of(scene, below, kind)
    target = None if device is None else attachment(scene, device)
    if target is not None and any(item is target for item in own):
        return Backing(device=target)
    if not own:
        return None
    if device is None:
        return Backing(device=own[0], instead="is not drawn" if len(own) > 1 else "")
    if device.attached_to is None:
        return Backing(device=own[0], instead="is attached to nothing")
    return Backing(device=own[0], instead=f"leads to no {DEVICE_WORDS[kind]} of {below.name}")


def attachment(scene: Scene, device: Block) -> Block | None:
    """What a device is attached to, past virtual switches."""
    current: Block | None = device
    for _ in range(_LONGEST_CHAIN):
        current = scene.target(current)
        if current is None or role_of(current) is not Role.VIRTUAL_SWITCH:
            return current
    return None


def switch_of(scene: Scene, device: Block | None) -> Block | None:
    """The virtual switch a virtual network card is attached to."""
    target = None if device is None else scene.target(device)
    return target if target is not None and role_of(target) is Role.VIRTUAL_SWITCH else None


def stays_inside(scene: Scene, device: Block | None) -> bool:
    """Whether a network card hangs on a switch whose packets never leave the host."""
    switch = switch_of(scene, device)
    return switch is not None and scene.values(switch)["reach"] != "external"


def hardware_used(scene: Scene, machine: Block, kind: str) -> tuple[Block, ...]:
    """The physical devices at the end of what software in a machine uses, once for each equal part of its operations.

    A VM's operations are spread over all its devices; other software takes the first device of the machine.
    """
    return scene.keep(f"hardware used: {kind}", machine, lambda scene, machine: _hardware_used(scene, machine, kind))


def _hardware_used(scene: Scene, machine: Block, kind: str) -> tuple[Block, ...]:
    owner = owner_of_devices(scene, machine)
    own: Sequence[Block | None] = devices_of(scene, owner, kind) or (None,)
    used = own if role_of(machine) is Role.VIRTUAL_MACHINE else own[:1]
    found = (_at_the_end(scene, owner, device, kind) for device in used)
    return tuple(device for device in found if device is not None)


def _at_the_end(scene: Scene, machine: Block, device: Block | None, kind: str) -> Block | None:
    """The physical device that carries a device of a machine; None where there is none, or packets stay inside."""
    while (carrier := scene.carrier(machine)) is not None:
        if kind == "nic" and stays_inside(scene, device):
            return None
        machine = owner_of_devices(scene, carrier)
        backing = backing_of(scene, machine, device, kind)
        if backing is None:
            return None
        device = backing.device
    if device is None:
        own = devices_of(scene, machine, kind)
        return own[0] if own else None
    return device


def wire_bytes(packets: float, size: float) -> float:
    """The bytes that so many packets of a size take on the wire, with all that goes around them."""
    return packets * (size + _PACKET_OVERHEAD_BYTES)


def access_s(disk: Mapping[str, Any], *, sequential: bool, write: bool) -> float:
    """How long the mechanism or chips of a disk of these values take for one operation, its data left out."""
    return float(disk["sequential_s" if sequential else "random_write_s" if write else "random_read_s"])


def has_channel(disk: Mapping[str, Any]) -> bool:
    """Whether data cross a channel of their own while the disk goes on; one that does one thing at a time has none."""
    return disk["parallelism"] > 1
