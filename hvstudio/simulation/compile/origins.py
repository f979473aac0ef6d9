"""Where workloads ran before their stack was converted: a converted composition is reported by the VMs it came from."""

from __future__ import annotations

from attrs import frozen

from hvstudio.composition.devices import hardware_used
from hvstudio.composition.machines import Composition
from hvstudio.model.document import Block, BlockId


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
    return {
        workload.id: Origin(
            vm=machine.block,
            number=number,
            disks=tuple(device.id for device in hardware_used(composition.scene, machine.block, "disk")),
            cards=tuple(device.id for device in hardware_used(composition.scene, machine.block, "nic")),
        )
        for machine in composition.guests
        for number, (workload, _) in enumerate(machine.all_workloads)
    }
