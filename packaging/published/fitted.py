"""Which values were fitted to published rows, or taken from them, and to which rows."""

from __future__ import annotations

from attrs import frozen
from tables import Row

from hvstudio.catalog.catalog import Catalog


@frozen(kw_only=True)
class Fitted:
    """Values of a card (or counts of a workload) and the rows they were chosen to meet: (part of a table's id, part of
    a system's name)."""

    card: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]


FITTED: tuple[Fitted, ...] = (
    Fitted(card="processor", names=("idle_exit_s",),
           rows=(("felter-tcp-rr", ""), ("felter-udp-rr", ""), ("felter-redis-get-1", ""), ("fc-fio", ""))),
    Fitted(card="cpu-slat", names=("exit_software_cycles",), rows=(("kvm-exit-cost-ovh-taskset", "vmcall"),)),
    Fitted(card="cpu-slat", names=("wake_cycles",),
           rows=(("felter-tcp-rr", ""), ("felter-udp-rr", ""), ("dall2016-i-o-latency-in", "KVM x86"))),
    Fitted(card="cpu-slat", names=("wakeup_cycles",), rows=(("kvm-exit-cost-ovh-taskset", "ipi+halt"),)),
    Fitted(card="cpu-slat", names=("tlb_miss_cycles",), rows=(("felter-gups", ""), ("kvmtest-up-hackbench", ""))),
    Fitted(card="nic-vhost", names=("backend_cycles", "backend_cycles_per_packet"),
           rows=(("felter-tcp-rr", ""), ("felter-udp-rr", ""), ("felter-redis", ""), ("felter-mysql", ""))),
    Fitted(card="disk-virtio-process", names=("backend_cycles", "completion_cycles", "backend_cycles_per_byte"),
           rows=(("felter-fio", ""), ("fc-fio", ""))),
    Fitted(card="os-linux", names=("copy_cycles_per_byte",), rows=(("fc-fio", ""),)),
    Fitted(card="nic-virtio-process", names=("backend_cycles_per_byte",), rows=(("fc-net", ""),)),
    Fitted(card="cpu-binary-translation", names=("syscall_cycles", "page_fault_cycles", "page_table_update_cycles"),
           rows=(("adams-nano-syscall", "software"), ("adams-nano-pgfault", "software"),
                 ("adams-forkwait", "software"))),
    Fitted(card="cpu-vt-shadow", names=("page_fault_cycles", "page_table_update_cycles"),
           rows=(("adams-nano-syscall", "hardware"), ("adams-nano-pgfault", "hardware"),
                 ("adams-forkwait", "hardware"))),
    Fitted(card="cpu-binary-translation-2003",
           names=("user_factor", "kernel_factor", "page_fault_cycles", "page_table_update_cycles",
                  "context_switch_cycles"),
           rows=(("spec-int", "VMware"), ("lmbench-null-call", "VMware"), ("lmbench-page-fault", "VMware"),
                 ("lmbench-fork", "VMware"), ("lmbench-ctx-2p-0k", "VMware"))),
    Fitted(card="cpu-paravirtual", names=("page_fault_cycles", "page_table_update_cycles", "context_switch_cycles"),
           rows=(("lmbench-page-fault", "Xen"), ("lmbench-fork", "Xen"), ("lmbench-ctx-2p-0k", "Xen"),
                 ("lmbench-null-call", "Xen"))),
    Fitted(card="nic-emulated-hosted", names=("handoff_cycles", "batch_in"),
           rows=(("sugerman-idle", ""), ("table6", "VMware"))),
    Fitted(card="nic-xen-pv", names=("backend_cycles_per_packet",), rows=(("menon2006-transmit", "original"),)),
    Fitted(card="nesting", names=("reflected_exits", "returning_exits"), rows=(("nested-exit-bonzini-2019", ""),)),
    Fitted(card="workload: processes of lmbench exec and sh, files of a build", names=("faults and page-table writes",),
           rows=(("lmbench-exec", ""), ("lmbench-sh", ""), ("linux-build-time", ""))),
    Fitted(card="workload: a page of GitLab", names=("faults, switches and wake-ups (raised once)",),
           rows=(("oulu-http", ""),)),
)  # fmt: skip


def was_fitted_on(row: Row) -> bool:
    """Whether any value was chosen with a look at this row."""
    return any(
        table in row.table and system in row.system for entry in FITTED for table, system in entry.rows
    )  # fmt: skip


def present_value(catalog: Catalog, card: str, name: str) -> str:
    """The value as it is in the catalogue now; empty for what is no value of a card."""
    found = catalog.cards.get(card)
    return f"{found.values[name]:g}" if found is not None and name in found.values else ""
