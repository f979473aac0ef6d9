"""Cost cards: what a technique, an operating system's I/O path, a device model, a disk format or the hardware costs.

A card says what its thing adds to a native run: what it does not mention it does not add, so costs are 0 and factors 1
by definition. The type of a value names its unit. Values are plain numbers, because they are reckoned with; who says
so stands in `sources` under the same name.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final, Literal, TypeAlias

from attrs import field, fields, frozen

from hvstudio.catalog.declaration import Source
from hvstudio.catalog.sourced import Bytes, Cycles, CyclesPerByte, Fraction, Number, Seconds
from hvstudio.model.document import empty_mapping

Backend: TypeAlias = Literal["none", "vcpu", "thread", "service", "kernel", "vmm"]
"""Who works behind a device: nobody (the guest drives it), the virtual processor, a thread of the VM's process, a
service for all VMs, the kernel of the system below, the hypervisor itself."""


@frozen(kw_only=True, eq=False, repr=False)
class CostCard:
    """What all cards have; `sources` are by the name of the value (`exit_cycles.skylake` inside a table)."""

    id: str = ""
    label: str = ""
    doc: str = ""
    sources: Mapping[str, Source] = field(factory=empty_mapping, repr=False)

    @property
    def values(self) -> Mapping[str, Any]:
        """The values that the card states, by name."""
        return {name: getattr(self, name) for name in dict.fromkeys(path.partition(".")[0] for path in self.sources)}


@frozen(kw_only=True, eq=False, repr=False)
class Technique(CostCard):
    """How a hypervisor runs a guest's code. Pairs of `_exits` (VM exits) and `_cycles` (work beside them)."""

    user_factor: Number = 1.0
    kernel_factor: Number = 1.0
    hardware_exits: Number = 0.0
    """1 when an exit is one of the processor's, 0 when the VMM's own code catches the guest."""
    exit_software_cycles: Cycles = 0.0
    syscall_exits: Number = 0.0
    syscall_cycles: Cycles = 0.0
    page_fault_exits: Number = 0.0
    page_fault_cycles: Cycles = 0.0
    page_table_update_exits: Number = 0.0
    page_table_update_cycles: Cycles = 0.0
    context_switch_exits: Number = 0.0
    context_switch_cycles: Cycles = 0.0
    wakeup_exits: Number = 0.0
    wakeup_cycles: Cycles = 0.0
    timer_tick_exits: Number = 0.0
    timer_tick_cycles: Cycles = 0.0
    tlb_miss_cycles: Cycles = 0.0
    wake_exits: Number = 0.0
    wake_cycles: Cycles = 0.0
    signal_exits: Number = 0.0
    """With `signal_cycles`: a virtual interrupt to a system that works for VMs, such as the parent partition's."""
    signal_cycles: Cycles = 0.0


@frozen(kw_only=True, eq=False, repr=False)
class DriverCosts(CostCard):
    """The I/O path of whatever drives a device: an operating system, or a hypervisor with drivers of its own."""

    syscall_cycles: Cycles = 0.0
    file_cycles: Cycles = 0.0
    block_cycles: Cycles = 0.0
    interrupt_cycles: Cycles = 0.0
    packet_cycles: Cycles = 0.0
    switch_packet_cycles: Cycles = 0.0
    copy_cycles_per_byte: CyclesPerByte = 0.0
    wake_cycles: Cycles = 0.0
    page_cache_cycles: Cycles = 0.0


@frozen(kw_only=True, eq=False, repr=False)
class DeviceModel(CostCard):
    """How a guest reaches a virtual disk or network card; see the comments of cost_cards.toml."""

    guest_cycles: Cycles = 0.0
    guest_cycles_per_byte: CyclesPerByte = 0.0
    exits: Number = 0.0
    exit_work_cycles: Cycles = 0.0
    exit_returns: Number = 0.0
    """Part of the exits that go back to a process of the host; under a nested hypervisor each exits again."""
    kick_exits: Number = 0.0
    handoff_cycles: Cycles = 0.0
    backend: Backend = "none"
    thread: str = "I/O thread"
    backend_cycles: Cycles = 0.0
    backend_cycles_per_packet: Cycles = 0.0
    backend_cycles_per_byte: CyclesPerByte = 0.0
    direct_cycles_per_byte: CyclesPerByte = 0.0
    """Mapping the guest's pages for the device; not where the host's page cache is in between."""
    synchronous: Number = 0.0
    """1 when the backend's thread itself waits for the disk, so that the VM has one operation at a time."""
    cache_workers: Number = 0.0
    """Threads that copy from and to the host's page cache for the backend's thread; 0 = it does that itself."""
    host_calls: Number = 0.0
    host_calls_per_packet: Number = 0.0
    completion_cycles: Cycles = 0.0
    interrupt_exits: Number = 0.0
    interrupt_cycles: Cycles = 0.0
    batch: Number = 1.0
    """Packets of a burst that share an announcement when sent (and when received, unless `batch_in` says else)."""
    batch_in: Number = 0.0
    segment_bytes_out: Bytes = 0
    """Segments of a stream cross the card in pieces of up to this size when sent (segmentation offload); 0 = singly."""
    segment_bytes_in: Bytes = 0
    """The same when received (receive offload)."""

    def notifications(self, packets: float, *, incoming: bool) -> float:
        """How often a burst of packets is announced."""
        together = self.batch_in if incoming and self.batch_in > 0 else self.batch
        return 1.0 + max(0.0, packets - 1.0) / max(1.0, together)


@frozen(kw_only=True, eq=False, repr=False)
class DiskFormat(CostCard):
    """What the format of a virtual disk's file adds to an operation."""

    cycles: Cycles = 0.0
    extra_operations: Number = 0.0
    skips_file_system: Number = 0.0


@frozen(kw_only=True, eq=False, repr=False)
class Processor(CostCard):
    """What the hardware itself costs."""

    idle_exit_s: Seconds
    """From a shallow idle state back to work."""
    exit_cycles: Mapping[str, Cycles]
    """A VM exit there and back, by the host parameter `cpu_generation`."""
    exit_cycles_otherwise: Cycles = 1000.0
    """The same on a generation that is not listed. An estimate: since 2008 it lies between 740 and 1,266."""

    def exit_cycles_of(self, generation: str) -> float:
        """Cycles of one VM exit on a generation of processors."""
        return self.exit_cycles.get(generation, self.exit_cycles_otherwise)


@frozen(kw_only=True, eq=False, repr=False)
class Nesting(CostCard):
    """What an exit of a VM inside a VM becomes."""

    reflected_exits: Number
    returning_exits: Number


@frozen(kw_only=True, eq=False, repr=False)
class Peers(CostCard):
    """What it costs that a hypervisor and a system beside it take turns."""

    device_switch_s: Seconds
    world_switch_cycles: Cycles


@frozen(kw_only=True, eq=False, repr=False)
class PageCache(CostCard):
    """How far a system caches its disks."""

    dirty_fraction: Fraction
    maximum_hit_ratio: Fraction


@frozen(kw_only=True, eq=False, repr=False)
class Paging(CostCard):
    """What memory costs that is not there."""

    page_bytes: Bytes
    cycles_per_page_touched: Cycles


SINGLE_CARDS: Final[Mapping[str, type[CostCard]]] = {
    "processor": Processor,
    "nesting": Nesting,
    "peers": Peers,
    "page-cache": PageCache,
    "paging": Paging,
}
"""Cards of which there is one, by id."""
CARD_SHAPES: Final[Mapping[str, type[CostCard]]] = {
    "cpu-": Technique,
    "os-": DriverCosts,
    "drivers-": DriverCosts,
    "disk-": DeviceModel,
    "nic-": DeviceModel,
    "format-": DiskFormat,
}
"""What a card describes, by the beginning of its id."""
RETIRED_VALUES: Final = frozenset({"host_switch_refill_s"})
"""Values that earlier editions knew and nobody reads; a person's card may still state them."""


def shape_of_card(card_id: str, values: Collection[str]) -> type[CostCard]:
    """What a card describes: by its id, or else the shape that knows most of its values."""
    if card_id in SINGLE_CARDS:
        return SINGLE_CARDS[card_id]
    for beginning, shape in CARD_SHAPES.items():
        if card_id.startswith(beginning):
            return shape
    shapes = dict.fromkeys(CARD_SHAPES.values())
    return max(shapes, key=lambda shape: len(value_names(shape) & set(values)))


def value_names(shape: type[CostCard]) -> set[str]:
    """The names of the values that a card of this shape may state."""
    return {attribute.name for attribute in fields(shape)} - {attribute.name for attribute in fields(CostCard)}
