"""Which values were chosen with a look at published rows, and at which: what fit.py moves and the report marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from attrs import frozen
from tables import Row

from hvstudio.catalog.catalog import Catalog

Way = Literal["fitted", "read off"]


@frozen(kw_only=True)
class Value:
    """One value of a card; one with bounds may be moved by fit.py. `stated` says the value of what is on no card."""

    card: str
    name: str
    low: float = 0.0
    high: float = 0.0
    stated: str = ""


@frozen(kw_only=True)
class Group:
    """Values and the rows they were chosen on together: (part of a table's id, part of a system's name).

    "fitted" values are least squares over all rows of the group; "read off" ones follow from a row by subtraction.
    """

    name: str
    values: tuple[Value, ...]
    rows: tuple[tuple[str, str], ...]
    way: Way = "fitted"


def _read_off(name: str, card: str, names: tuple[str, ...], *rows: tuple[str, str]) -> Group:
    return Group(name=name, values=tuple(Value(card=card, name=value) for value in names), rows=rows, way="read off")


_LINUX_IO = Group(
    name="linux-io",
    values=(
        Value(card="processor", name="idle_exit_s", low=1e-6, high=8e-6),
        Value(card="cpu-slat", name="wake_cycles", low=3000, high=12000),
        Value(card="nic-vhost", name="backend_cycles", low=2000, high=12000),
        Value(card="nic-vhost", name="backend_cycles_per_packet", low=1000, high=6000),
        Value(card="disk-virtio-process", name="backend_cycles", low=10000, high=45000),
        Value(card="disk-virtio-process", name="completion_cycles", low=5000, high=40000),
        Value(card="disk-virtio-process", name="direct_cycles_per_byte", low=0.1, high=1.5),
        Value(card="os-linux", name="copy_cycles_per_byte", low=0.25, high=1.51),
    ),
    rows=(("felter-tcp-rr", "KVM"), ("felter-udp-rr", "KVM"), ("felter-redis", "KVM"), ("felter-mysql", "KVM"),
          ("felter-fio", "KVM"), ("fc-fio", "QEMU")),
)  # fmt: skip
_FITTED = (
    Group(name="nested-walk", values=(Value(card="cpu-slat", name="tlb_miss_cycles", low=20, high=200),),
          rows=(("felter-gups", "KVM"), ("kvmtest-up-hackbench", "KVM"))),
    _LINUX_IO,
    Group(name="binary-translation",
          values=(Value(card="cpu-binary-translation", name="page_table_update_cycles", low=391, high=12000),),
          rows=(("adams-forkwait", "software"),)),
    Group(name="hosted-processor",
          values=(Value(card="cpu-binary-translation-2003", name="page_table_update_cycles", low=400, high=12000),),
          rows=(("lmbench-fork", "VMware"),)),
    Group(name="paravirtual",
          values=(Value(card="cpu-paravirtual", name="page_table_update_cycles", low=50, high=3000),),
          rows=(("lmbench-fork", "Xen"),)),
    Group(name="hosted-network",
          values=(Value(card="nic-emulated-hosted", name="handoff_cycles", low=5000, high=40000),
                  Value(card="nic-emulated-hosted", name="batch_in", low=1, high=16.1)),
          rows=(("sugerman-idle", "VM optimized ("), ("table6", "VMware"))),
    Group(name="xen-network",
          values=(Value(card="nic-xen-pv", name="backend_cycles_per_packet", low=2000, high=30000),),
          rows=(("menon2006-transmit", "original"),)),
    Group(name="user-network",
          values=(Value(card="nic-virtio-process", name="backend_cycles_per_byte", low=0.1, high=2.0),),
          rows=(("fc-net", "QEMU"),)),
    Group(name="firecracker",
          values=(Value(card="disk-firecracker", name="backend_cycles", low=5000, high=90000),
                  Value(card="disk-firecracker", name="backend_cycles_per_byte", low=0.1, high=10.0),
                  Value(card="nic-firecracker", name="backend_cycles_per_byte", low=0.1, high=3.0)),
          rows=(("fc-fio", "Firecracker"), ("fc-net", "Firecracker"))),
    Group(name="cloud-hypervisor",
          values=(Value(card="disk-cloud-hypervisor", name="backend_cycles", low=5000, high=90000),
                  Value(card="disk-cloud-hypervisor", name="backend_cycles_per_byte", low=0.1, high=10.0),
                  Value(card="nic-cloud-hypervisor", name="backend_cycles_per_byte", low=0.1, high=3.0)),
          rows=(("fc-fio", "Cloud"), ("fc-net", "Cloud"))),
    Group(name="processes of lmbench exec and sh",
          values=(Value(card="workload", name="faults and page-table writes of a program",
                        stated="65 and 250; of a shell 155 and 680"),),
          rows=(("lmbench-exec", ""), ("lmbench-sh", ""))),
    Group(name="compiled files",
          values=(Value(card="workload", name="faults and page-table writes of a compiled file",
                        stated="4,000 and 4,000"),),
          rows=(("linux-build-time", ""),)),
    Group(name="pages of GitLab",
          values=(Value(card="workload", name="faults, page-table writes, switches, wake-ups of a page",
                        stated="4,000, 2,000, 600, 300"),),
          rows=(("oulu-http", ""),)),
)  # fmt: skip
_READ_OFF = (
    _read_off("exit of the processor", "processor", ("exit_cycles",), ("agesen-exit-generation", "")),
    _read_off("exit of KVM", "cpu-slat", ("exit_software_cycles",), ("kvm-exit-cost-ovh-taskset", "vmcall")),
    _read_off("wake-up by KVM", "cpu-slat", ("wakeup_cycles",), ("kvm-exit-cost-ovh-taskset", "ipi+halt")),
    _read_off("device model in a process", "nic-emulated-process", ("exit_work_cycles",),
              ("kvm-exit-cost-ovh-taskset", "portio-no-eventfd"), ("kvm-exit-cost-ovh-taskset", "inl_from_qemu")),
    _read_off("exit of Xen", "cpu-slat-thin", ("exit_software_cycles",), ("dall2016-hypercall", "Xen x86")),
    _read_off("wake-up by Xen", "cpu-slat-thin", ("wake_cycles",), ("dall2016-i-o-latency-in", "Xen x86")),
    _read_off("signal of Xen", "cpu-slat-thin", ("signal_exits", "signal_cycles"),
              ("dall2016-i-o-latency-out", "Xen x86")),
    Group(name="switch of Xen", way="read off", rows=(("dall2016-vm-switch", "Xen x86"),),
          values=(Value(card="product xen", name="scheduler.switch_cycles", stated="10,534"),)),
    _read_off("binary translation", "cpu-binary-translation", ("syscall_cycles", "page_fault_cycles"),
              ("adams-nano-syscall", "software"), ("adams-nano-pgfault", "software")),
    _read_off("shadow paging", "cpu-vt-shadow", ("page_fault_cycles", "page_table_update_cycles", "syscall_cycles"),
              ("adams-nano-syscall", "hardware"), ("adams-nano-pgfault", "hardware"),
              ("adams-nano-ptemod", "hardware")),
    _read_off("Workstation 3.2", "cpu-binary-translation-2003",
              ("user_factor", "kernel_factor", "page_fault_cycles", "context_switch_cycles"),
              ("spec-int", "VMware"), ("lmbench-null-call", "VMware"), ("lmbench-page-fault", "VMware"),
              ("lmbench-ctx-2p-0k", "VMware")),
    _read_off("Xen of 2003", "cpu-paravirtual", ("user_factor", "page_fault_cycles", "context_switch_cycles",
                                                 "syscall_cycles"),
              ("spec-int", "Xen"), ("lmbench-null-call", "Xen"), ("lmbench-page-fault", "Xen"),
              ("lmbench-ctx-2p-0k", "Xen")),
    _read_off("reflected exits", "nesting", ("reflected_exits", "returning_exits"),
              ("nested-exit-bonzini-2019", "vmcall"), ("nested-exit-bonzini-2019", "inl_from_qemu")),
    Group(name="memory of a VMM", way="read off", rows=(("fc-mem-overhead-", ""),),
          values=(Value(card="products kvm, firecracker, cloud-hypervisor", name="memory.overhead_fixed_bytes",
                        stated="147,849,216; 2,621,440; 13,946,061"),)),
)  # fmt: skip
GROUPS: tuple[Group, ...] = (*_FITTED, *_READ_OFF)


def way_of(row: Row) -> Way | None:
    """How values were chosen with a look at this row; None when nothing was. Reading off is the stronger tie."""
    found = {group.way for group in GROUPS if is_among(row, group)}
    return "read off" if "read off" in found else "fitted" if found else None


def is_among(row: Row, group: Group) -> bool:
    """Whether a row is one of the group's."""
    return any(table in row.table and system in row.system for table, system in group.rows)


def is_exact(row: Row, rows: Sequence[Row]) -> bool:
    """Whether a row was fitted in a group that has as many values as rows (of `rows`), and so must fit."""
    groups = [group for group in GROUPS if is_among(row, group)]
    if way_of(row) != "fitted":
        return False
    return any(sum(is_among(other, group) for other in rows) <= len(group.values) for group in groups)


def was_fitted_on(row: Row) -> bool:
    """Whether any value was chosen with a look at this row."""
    return way_of(row) is not None


def present_value(catalog: Catalog, value: Value) -> str:
    """The value as it is in the catalogue now; what is stated where it is on no card."""
    found = catalog.cards.get(value.card)
    if found is None or value.name not in found.values:
        return value.stated
    now = found.values[value.name]
    return f"{now:g}" if isinstance(now, int | float) else ", ".join(f"{key} {item:g}" for key, item in now.items())


def unit_of(name: str) -> str:
    """The unit of a value by its name."""
    units = {"_per_byte": "cycles/byte", "_cycles": "cycles", "_per_packet": "cycles/packet", "_s": "s",
             "_factor": "factor", "_bytes": "bytes", "batch_in": "packets", "_exits": "exits"}  # fmt: skip
    return next((unit for end, unit in units.items() if name.endswith(end)), "count")
