"""A benchmark as two documents: the same work on the plain host and in a VM on that host."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from attrs import evolve, field, frozen
from composing import GIB, MIB, Composer

from hvstudio.model.document import BlockId, Document, Value

Metric = Literal["throughput", "latency", "busy"]


@frozen(kw_only=True)
class Machine:
    """The hardware of a measurement. `settings`, `disk_settings`, `nic_settings` override the products' values."""

    product: str
    settings: Mapping[str, Value] = field(factory=dict)
    disk: str = "hdd-7k2"
    disk_settings: Mapping[str, Value] = field(factory=dict)
    nic: str = "nic-1g"
    nic_settings: Mapping[str, Value] = field(factory=dict)
    os: str = "linux"
    os_settings: Mapping[str, Value] = field(factory=dict)


@frozen(kw_only=True)
class Guest:
    """How the work is virtualized. `place` is the architecture: hosted, beside, parent, bare; `levels` nests it."""

    hypervisor: str
    place: Literal["hosted", "beside", "parent", "bare"] = "hosted"
    processors: int = 1
    memory: int = 1 * GIB
    os: str = "linux"
    parent_os: str = "linux"
    disk_model: str = "synthetic"
    nic_model: str = "synthetic"
    cache: str = "none"
    format: str = "raw"
    levels: int = 1
    settings: Mapping[str, Value] = field(factory=dict)


@frozen(kw_only=True)
class Work:
    """What one request does natively. Parameters are those of the workload block."""

    name: str
    parameters: Mapping[str, Value]

    def but(self, **changes: Value) -> Work:
        """The same work with some parameters changed."""
        return evolve(self, parameters={**self.parameters, **changes})


QUIET: Mapping[str, Value] = {
    "arrivals": "saturated",
    "clients": 1,
    "think_s": 0.0,
    "user_cycles": 0.0,
    "kernel_cycles": 0.0,
    "demand_scv": 0.0,
    "syscalls": 0.0,
    "page_faults": 0.0,
    "page_table_updates": 0.0,
    "context_switches": 0.0,
    "wakeups": 0.0,
    "timer_hz": 100.0,
    "tlb_misses": 0.0,
    "cache_refill_s": 0.0,
    "disk_reads": 0.0,
    "disk_writes": 0.0,
    "packets_in": 0.0,
    "packets_out": 0.0,
    "working_set_bytes": 64 * 2**20,
}
"""A request that does nothing, once at a time: every bench says what it adds."""


def work(name: str, **parameters: Value) -> Work:
    """Work that differs from nothing by the given parameters."""
    return Work(name=name, parameters={**QUIET, **parameters})


def native_document(machine: Machine, load: Work) -> Document:
    """The work on the plain host."""
    composer = Composer()
    host, _, _ = _ground(composer, machine)
    system = composer.os(machine.os, on=host, **machine.os_settings)
    composer.add("workload", load.name, on=system, parameters=load.parameters)
    return composer.document


def virtual_document(machine: Machine, guest: Guest, load: Work, *, copies: int = 1) -> Document:
    """The work in a VM (or in `copies` equal VMs) on the same host."""
    composer = Composer()
    host, disk, nic = _ground(composer, machine)
    hypervisor, switch = _hypervisor(composer, machine, guest, host, nic)
    for _ in range(guest.levels - 1):
        hypervisor, switch, disk = _nested(composer, machine, guest, hypervisor, switch, disk)
    for number in range(copies):
        _vm(composer, guest, load, f"VM {number + 1}", hypervisor=hypervisor, switch=switch, disk=disk)
    return composer.document


def _ground(composer: Composer, machine: Machine) -> tuple[BlockId, BlockId, BlockId]:
    host = composer.add("host", "Host", product=machine.product, at=(0.0, 0.0), parameters=machine.settings)
    disk = composer.add("disk", "Disk", product=machine.disk, on=host, parameters=machine.disk_settings)
    nic = composer.add("nic", "NIC", product=machine.nic, on=host, parameters=machine.nic_settings)
    return host, disk, nic


def _hypervisor(
    composer: Composer, machine: Machine, guest: Guest, ground: BlockId, nic: BlockId
) -> tuple[BlockId, BlockId]:
    """Hypervisor and virtual switch on a host or, nested, on a VM."""
    if guest.place in ("hosted", "beside"):
        system = composer.os(machine.os, on=ground, **machine.os_settings)
        vmm = composer.hypervisor(guest.hypervisor, on=system if guest.place == "hosted" else ground, name="VMM")
        return vmm, composer.switch(on=vmm, to=nic)
    vmm = composer.hypervisor(guest.hypervisor, on=ground, name="VMM")
    if guest.place == "bare":
        return vmm, composer.switch(on=vmm, to=nic)
    parent = composer.parent(guest.parent_os, on=vmm, memory_bytes=256 * MIB)
    return vmm, composer.switch(on=parent, to=nic)


def _nested(
    composer: Composer, machine: Machine, guest: Guest, hypervisor: BlockId, switch: BlockId, disk: BlockId
) -> tuple[BlockId, BlockId, BlockId]:
    memory = guest.memory * 2 + GIB
    outer = composer.vm(
        "Outer VM", on=hypervisor, virtual_processors=guest.processors, memory_bytes=memory, nested_virtualization=True
    )
    inner_disk = composer.virtual_disk(on=outer, to=disk, device_model=guest.disk_model, cache=guest.cache)
    card = composer.virtual_nic(on=outer, to=switch, device_model=guest.nic_model)
    vmm, inner_switch = _hypervisor(composer, machine, guest, outer, card)
    return vmm, inner_switch, inner_disk


def _vm(
    composer: Composer, guest: Guest, load: Work, name: str, *, hypervisor: BlockId, switch: BlockId, disk: BlockId
) -> None:
    vm = composer.vm(
        name, on=hypervisor, virtual_processors=guest.processors, memory_bytes=guest.memory, **guest.settings
    )
    composer.virtual_disk(
        on=vm, to=disk, device_model=guest.disk_model, cache=guest.cache, format=guest.format, boot=True
    )
    composer.virtual_nic(on=vm, to=switch, device_model=guest.nic_model)
    system = composer.os(guest.os, on=vm)
    composer.add("workload", load.name, on=system, parameters=load.parameters)


def share(value: float, of: float) -> float:
    """A ratio that is not a number where there is nothing to compare with."""
    return value / of if of else math.nan
