"""Virtual machines as the examples use them: a guest, its devices, its system and its workload in one description."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen
from composing import GIB, Composer

from hvstudio.model.document import BlockId, Value


@frozen(kw_only=True)
class Machine:
    """One VM of an example. `load` are workload parameters that differ from the preset, `settings` those of the VM."""

    name: str
    guest: str
    work: str
    processors: int = 1
    memory: int = 1 * GIB
    load: Mapping[str, Value] = field(factory=dict)
    settings: Mapping[str, Value] = field(factory=dict)
    work_name: str = ""


@frozen(kw_only=True)
class Devices:
    """What the VMs of an example are given: where disks and cards lead to and which model they are."""

    disk: BlockId
    network: BlockId
    disk_model: str = "synthetic"
    nic_model: str = "synthetic"
    controller: str = "scsi"
    format: str = "fixed"
    cache: str = "none"


def place(composer: Composer, machine: Machine, devices: Devices, *, on: BlockId) -> BlockId:
    """Put a machine with its devices, guest system and workload on a hypervisor; gives the VM's id."""
    vm = composer.vm(
        machine.name,
        on=on,
        virtual_processors=machine.processors,
        memory_bytes=machine.memory,
        **machine.settings,
    )
    composer.virtual_disk(
        on=vm,
        to=devices.disk,
        device_model=devices.disk_model,
        controller=devices.controller,
        format=devices.format,
        cache=devices.cache,
        boot=True,
    )
    composer.virtual_nic(on=vm, to=devices.network, device_model=devices.nic_model)
    system = composer.os(machine.guest, on=vm)
    composer.workload(machine.work_name or WORK_NAMES[machine.work], machine.work, on=system, **machine.load)
    return vm


def place_all(composer: Composer, machines: list[Machine], devices: Devices, *, on: BlockId) -> list[BlockId]:
    """Put several machines side by side on a hypervisor."""
    return [place(composer, machine, devices, on=on) for machine in machines]


WORK_NAMES: dict[str, str] = {
    "compute-batch": "Compute batch",
    "kernel-build": "Build",
    "oltp-database": "Database",
    "key-value-store": "Key-value store",
    "web-server": "Web server",
    "file-server": "File server",
    "mail-server": "Mail server",
    "vdi-desktop": "Office desktop",
    "network-stream": "Network stream",
    "disk-stress": "Disk stress",
    "idle": "Idle",
    "antivirus-scan": "Virus scan",
}
