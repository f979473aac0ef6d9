"""Where workloads ran before their stack was converted: a converted composition is reported by the VMs it came from."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from hvstudio.model.document import Block, BlockId, Document
from hvstudio.simulation.compile.walk import Composition, Machine

_LONGEST_CHAIN: Final = 32


@frozen(kw_only=True)
class Origin:
    """The VM that a workload ran in, its place among the VM's workloads, and the hardware that the VM's devices led to.

    `disks` and `cards` repeat a device that several virtual ones led to, so that operations are spread alike.
    """

    vm: Block
    number: int
    disks: tuple[BlockId, ...]
    cards: tuple[BlockId, ...]


def origins_in(composition: Composition) -> dict[BlockId, Origin]:
    """The origin of every workload that runs in a VM of the composition, by the workload's id."""
    document = composition.document
    return {
        workload.id: Origin(
            vm=machine.block,
            number=number,
            disks=_hardware(document, machine, "disk"),
            cards=_hardware(document, machine, "nic"),
        )
        for machine in composition.guests
        for number, (workload, _) in enumerate(machine.all_workloads())
    }


def _hardware(document: Document, machine: Machine, kind: str) -> tuple[BlockId, ...]:
    """The devices of that kind at the end of the attachments of a VM's devices."""
    ends = (_end(document, device) for device in machine.devices if device.kind in (kind, f"virtual_{kind}"))
    return tuple(end.id for end in ends if end.kind == kind)


def _end(document: Document, device: Block) -> Block:
    for _ in range(_LONGEST_CHAIN):
        if device.attached_to is None or device.attached_to not in document.blocks:
            break
        device = document.blocks[device.attached_to]
    return device
