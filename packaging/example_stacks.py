"""Hosts with a hypervisor on them, as the examples need them: one function for each architecture."""

from __future__ import annotations

from attrs import frozen
from composing import Composer
from example_machines import Devices

from hvstudio.model.document import BlockId, Point, Value


@frozen(kw_only=True)
class Stack:
    """A host ready to take VMs. `system` is the host's or the parent partition's operating system."""

    host: BlockId
    hypervisor: BlockId
    system: BlockId
    devices: Devices


@frozen(kw_only=True)
class Hardware:
    """What a stack is built on."""

    name: str
    host: str
    disk: str
    nic: str
    at: Point = (0.0, 0.0)
    settings: dict[str, Value] | None = None
    disk_settings: dict[str, Value] | None = None


def _ground(composer: Composer, hardware: Hardware) -> tuple[BlockId, BlockId, BlockId]:
    host = composer.host(hardware.name, hardware.host, at=hardware.at, **(hardware.settings or {}))
    disk = composer.disk(hardware.disk, on=host, **(hardware.disk_settings or {}))
    return host, disk, composer.nic(hardware.nic, on=host)


def hosted(composer: Composer, hardware: Hardware, *, system: str, hypervisor: str, models: tuple[str, str]) -> Stack:
    """Type 2: the system on the hardware, the hypervisor on the system. `models` are disk and card model."""
    host, disk, nic = _ground(composer, hardware)
    base = composer.os(system, on=host)
    vmm = composer.hypervisor(hypervisor, on=base)
    switch = composer.switch(on=vmm, to=nic, name="Bridge")
    return Stack(host=host, hypervisor=vmm, system=base, devices=_devices(disk, switch, models))


def side_by_side(
    composer: Composer, hardware: Hardware, *, system: str, hypervisor: str, models: tuple[str, str]
) -> Stack:
    """Hybrid: the system and the hypervisor side by side on the hardware."""
    host, disk, nic = _ground(composer, hardware)
    base = composer.os(system, on=host)
    vmm = composer.hypervisor(hypervisor, on=host)
    switch = composer.switch(on=vmm, to=nic, name="Virtual network")
    return Stack(host=host, hypervisor=vmm, system=base, devices=_devices(disk, switch, models))


def with_parent(
    composer: Composer, hardware: Hardware, *, system: str, hypervisor: str, models: tuple[str, str]
) -> Stack:
    """Type 1: the hypervisor on the hardware, the parent partition beside the VMs."""
    host, disk, nic = _ground(composer, hardware)
    vmm = composer.hypervisor(hypervisor, on=host)
    parent = composer.parent(system, on=vmm)
    base = next(block.id for block in composer.document.blocks.values() if block.rests_on == parent)
    switch = composer.switch(on=parent, to=nic)
    return Stack(host=host, hypervisor=vmm, system=base, devices=_devices(disk, switch, models))


def _devices(disk: BlockId, switch: BlockId, models: tuple[str, str]) -> Devices:
    """Boot disks hang on IDE: generation 1 machines start from nothing else."""
    return Devices(disk=disk, network=switch, disk_model=models[0], nic_model=models[1], controller="ide")
