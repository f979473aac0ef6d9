"""Runs of several VMs against each other: weights, a shared disk, slices, a hog among good neighbours."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve
from benches import Guest, Machine, Work, native_document, virtual_document, work
from composing import MIB, Composer
from machines import DELL_2650, THINKCENTRE
from runs import run

from hvstudio.catalog.catalog import Catalog
from hvstudio.model.document import BlockId, Document

ONE_PROCESSOR = Machine(
    product="host-server-2012", settings={"sockets": 1, "cores_per_socket": 1, "threads_per_core": 1}, os="linux"
)
COMPUTE = work("Compute", user_cycles=2e6)


def _competition(machine: Machine, guest: Guest, members: list[tuple[str, Work, dict[str, float]]]) -> Document:
    """VMs side by side on one host, each with its work and its own settings."""
    composer = Composer()
    composer.document = virtual_document(machine, guest, members[0][1])
    blocks = composer.document.blocks
    vmm = next(block.id for block in blocks.values() if block.kind == "hypervisor")
    disk = next(block.id for block in blocks.values() if block.kind == "disk")
    switch = next(block.id for block in blocks.values() if block.kind == "virtual_switch")
    first = next(block.id for block in blocks.values() if block.kind == "vm")
    composer.document = _without(composer.document, first)
    for name, load, settings in members:
        vm = composer.vm(name, on=vmm, virtual_processors=guest.processors, memory_bytes=guest.memory, **settings)
        composer.virtual_disk(on=vm, to=disk, device_model=guest.disk_model, format=guest.format)
        composer.virtual_nic(on=vm, to=switch, device_model=guest.nic_model)
        system = composer.os(guest.os, on=vm)
        composer.add("workload", load.name, on=system, parameters=load.parameters)
    return composer.document


def _without(document: Document, vm: BlockId) -> Document:
    from hvstudio.model.edits import remove_blocks

    return remove_blocks(document, [vm])


def weight_share(catalog: Catalog, weight: int) -> float:
    """The part of one processor that the VM of this weight gets among 100, 200 and 700."""
    weights = (100, 200, 700)
    guest = Guest(hypervisor="hyper-v-2012", place="parent", parent_os="windows-server-2012-r2", memory=512 * MIB)
    members = [(f"VM {number}", COMPUTE, {"cpu_weight": number}) for number in weights]
    each = run(_competition(ONE_PROCESSOR, guest, members), catalog, seconds=20.0).each
    return each[weights.index(weight)] / sum(each)


def nice_share(catalog: Catalog, weight: int) -> float:
    """The part of one processor that weight 1024 gets beside another one."""
    guest = Guest(hypervisor="kvm", memory=512 * MIB)
    members = [("nice 0", COMPUTE, {"cpu_weight": 1024}), ("peer", COMPUTE, {"cpu_weight": weight})]
    each = run(_competition(ONE_PROCESSOR, guest, members), catalog, seconds=20.0).each
    return each[0] / sum(each)


def disk_share(catalog: Catalog) -> float:
    """The part of one disk that the first of four equal VMs gets."""
    guest = Guest(hypervisor="hyper-v-2016", place="parent", parent_os="windows-server-2016", memory=512 * MIB)
    read = work("Read", clients=4, disk_reads=1.0, disk_read_bytes=65536.0, kernel_cycles=2e4)
    machine = Machine(product="host-server-2016", disk="hdd-7k2")
    each = run(_competition(machine, guest, [(f"VM {n}", read, {}) for n in range(4)]), catalog, seconds=60.0).each
    return each[0] / sum(each)


def slice_loss(catalog: Catalog, product: str) -> float:
    """What 128 computing VMs get together on two processors, over what two processes get natively."""
    machine = evolve(DELL_2650, settings={"sockets": 2})
    load = work("SPEC INT", user_cycles=2.4e7, cache_refill_s=320e-6)
    native = run(native_document(machine, load.but(clients=2)), catalog, seconds=10.0).throughput
    guest = Guest(hypervisor=product, place="bare", memory=12 * MIB)
    return run(virtual_document(machine, guest, load, copies=128), catalog, seconds=20.0).throughput / native


HOGS: Mapping[str, Work] = {
    "cpu": work("Hog", clients=2, user_cycles=1e7),
    "memory": work("Hog", user_cycles=2e3, page_faults=1.0, syscalls=0.1),
    "fork": work("Hog", clients=16, kernel_cycles=264e3, page_faults=40.0, page_table_updates=250.0,
                 context_switches=2.0, syscalls=4.0),
    "disk": work("Hog", clients=10, kernel_cycles=2e4, syscalls=2.0, disk_reads=0.5, disk_writes=0.5,
                 disk_read_bytes=65536.0, disk_write_bytes=65536.0, disk_access="sequential"),
    "transmit": work("Hog", clients=4, kernel_cycles=42 * 12_700.0, syscalls=1.0, packets_out=42.0,
                     packet_out_bytes=1460.0),
    "receive": work("Hog", clients=4, kernel_cycles=42 * 12_700.0, syscalls=1.0, packets_in=42.0,
                    packet_in_bytes=1460.0),
}  # fmt: skip
"""What the fourth VM of Matthews et al. (2007, section 3) does: computes, touches new memory, forks, runs ten IOzone
threads, or has four threads send or receive 60 kB of UDP."""


def hog_retention(catalog: Catalog, product: str, place: str, stress: str = "cpu") -> float:
    """Throughput that three web VMs keep when the fourth does something without pause."""
    guest = Guest(
        hypervisor=product,
        place="parent" if place == "parent" else "hosted",
        memory=48 * MIB,
        disk_model="synthetic" if place == "parent" else "emulated",
        nic_model="synthetic",
    )
    web = work("Web", arrivals="closed", clients=10, think_s=2.0, user_cycles=4e6, kernel_cycles=2e6, demand_scv=1.0,
               syscalls=80.0, page_faults=30.0, context_switches=4.0, packets_in=4.0, packets_out=8.0,
               packet_out_bytes=1460.0)  # fmt: skip
    good = [(f"Good {n}", web, {}) for n in range(3)]
    calm = run(_competition(THINKCENTRE, guest, [*good, ("Fourth", web, {})]), catalog, seconds=60.0).each
    stressed = run(_competition(THINKCENTRE, guest, [*good, ("Fourth", HOGS[stress], {})]), catalog, seconds=60.0).each
    return sum(stressed[:3]) / sum(calm[:3])
