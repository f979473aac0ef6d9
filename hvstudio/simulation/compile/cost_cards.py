"""Cost cards with the names the compiler uses: numbers by field, 0 (factors: 1) where a card says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import fields, frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.errors import CatalogError

_Card = TypeVar("_Card")


@frozen(kw_only=True)
class Technique:
    """How a hypervisor runs a guest's code. Pairs of `_exits` (VM exits) and `_cycles` (work beside them)."""

    user_factor: float = 1.0
    kernel_factor: float = 1.0
    hardware_exits: float = 0.0
    """1 when an exit is one of the processor's, 0 when the VMM's own code catches the guest."""
    exit_software_cycles: float = 0.0
    syscall_exits: float = 0.0
    syscall_cycles: float = 0.0
    page_fault_exits: float = 0.0
    page_fault_cycles: float = 0.0
    page_table_update_exits: float = 0.0
    page_table_update_cycles: float = 0.0
    context_switch_exits: float = 0.0
    context_switch_cycles: float = 0.0
    wakeup_exits: float = 0.0
    wakeup_cycles: float = 0.0
    timer_tick_exits: float = 0.0
    timer_tick_cycles: float = 0.0
    tlb_miss_cycles: float = 0.0
    wake_exits: float = 0.0
    wake_cycles: float = 0.0
    signal_exits: float = 0.0
    """With `signal_cycles`: a virtual interrupt to a system that works for VMs, such as the parent partition's."""
    signal_cycles: float = 0.0


@frozen(kw_only=True)
class DriverCosts:
    """The I/O path of whatever drives a device: an operating system, or a hypervisor with drivers of its own."""

    syscall_cycles: float = 0.0
    file_cycles: float = 0.0
    block_cycles: float = 0.0
    interrupt_cycles: float = 0.0
    packet_cycles: float = 0.0
    switch_packet_cycles: float = 0.0
    copy_cycles_per_byte: float = 0.0
    wake_cycles: float = 0.0
    page_cache_cycles: float = 0.0


@frozen(kw_only=True)
class DeviceModel:
    """How a guest reaches a virtual disk or network card; see the comments of cost_cards.toml."""

    guest_cycles: float = 0.0
    guest_cycles_per_byte: float = 0.0
    exits: float = 0.0
    exit_work_cycles: float = 0.0
    exit_returns: float = 0.0
    """Part of the exits that go back to a process of the host; under a nested hypervisor each exits again."""
    kick_exits: float = 0.0
    handoff_cycles: float = 0.0
    backend: str = "none"
    thread: str = "I/O thread"
    backend_cycles: float = 0.0
    backend_cycles_per_packet: float = 0.0
    backend_cycles_per_byte: float = 0.0
    direct_cycles_per_byte: float = 0.0
    """Mapping the guest's pages for the device; not where the host's page cache is in between."""
    synchronous: float = 0.0
    """1 when the backend's thread itself waits for the disk, so that the VM has one operation at a time."""
    cache_workers: float = 0.0
    """Threads that copy from and to the host's page cache for the backend's thread; 0 = it does that itself."""
    host_calls: float = 0.0
    host_calls_per_packet: float = 0.0
    completion_cycles: float = 0.0
    interrupt_exits: float = 0.0
    interrupt_cycles: float = 0.0
    batch: float = 1.0
    """Packets of a burst that share an announcement when sent (and when received, unless `batch_in` says else)."""
    batch_in: float = 0.0
    segment_bytes_out: float = 0.0
    """Segments of a stream cross the card in pieces of up to this size when sent (segmentation offload); 0 = singly."""
    segment_bytes_in: float = 0.0
    """The same when received (receive offload)."""

    def notifications(self, packets: float, *, incoming: bool) -> float:
        """How often a burst of packets is announced."""
        together = self.batch_in if incoming and self.batch_in > 0 else self.batch
        return 1.0 + max(0.0, packets - 1.0) / max(1.0, together)


@frozen(kw_only=True)
class DiskFormat:
    """What the format of a virtual disk's file adds to an operation."""

    cycles: float = 0.0
    extra_operations: float = 0.0
    skips_file_system: float = 0.0


def read_card(catalog: Catalog, card_id: str, shape: type[_Card]) -> _Card:
    """The card as a value of `shape`. Raises CatalogError for an unknown card or a value of the wrong type."""
    values = catalog.card(card_id).values
    known = {attribute.name: attribute for attribute in fields(cast("Any", shape))}
    arguments: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            raise CatalogError(f"no value of this name is understood: {name}", where=f"card {card_id}")
        text_wanted = isinstance(known[name].default, str)
        if isinstance(value, str) != text_wanted or isinstance(value, bool):
            raise CatalogError(f"{name} must be {'a text' if text_wanted else 'a number'}", where=f"card {card_id}")
        arguments[name] = value if text_wanted else float(value)
    return shape(**arguments)


def number_of(values: Mapping[str, Any], name: str, default: float = 0.0) -> float:
    """A number from a card or a table of facts."""
    value = values.get(name, default)
    return float(value) if isinstance(value, int | float) else default
