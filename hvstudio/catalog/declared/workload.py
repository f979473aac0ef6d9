"""What a workload is: the work of one request as a native run would do it, and how requests arrive."""

from __future__ import annotations

from typing import Final

from hvstudio.catalog.appearance import KeyFact
from hvstudio.catalog.declaration import ESTIMATE, Choice, Kind, Parameter, Seat, ValueType
from hvstudio.catalog.role import Role
from hvstudio.model.document import Value
from hvstudio.units import Quantity


def _per_request(name: str, label: str, default: float, doc: str, *, maximum: float = 1e9, group: str = "One request",
                 quantity: Quantity = Quantity.PLAIN) -> Parameter:  # fmt: skip
    return Parameter(
        name=name, label=label, value_type=ValueType.NUMBER, default=default, doc=doc, quantity=quantity, minimum=0,
        maximum=maximum, group=group, source=ESTIMATE,
    )  # fmt: skip


_CLOSED: tuple[str, tuple[Value, ...]] = ("arrivals", ("closed",))
_OPEN: tuple[str, tuple[Value, ...]] = ("arrivals", ("open",))

# fmt: off
_PARAMETERS: Final[tuple[Parameter, ...]] = (
    Parameter(name="arrivals", label="Arrivals", value_type=ValueType.CHOICE, default="closed", group="Arrivals",
              doc="How requests come.",
              choices=(Choice("closed", "Closed: clients that wait for their answer, then think"),
                       Choice("open", "Open: requests come at a rate, whatever happens"),
                       Choice("saturated", "Saturated: always this many at once, no pause"),
                       Choice("trace", "Trace: a list of times and counts"))),
    Parameter(name="clients", label="Clients", value_type=ValueType.INTEGER, default=8, group="Arrivals", is_live=True,
              quantity=Quantity.COUNT, minimum=1, maximum=100_000, source=ESTIMATE,
              doc="Closed: number of clients. Saturated: requests in progress at any time.",
              shown_when=("arrivals", ("closed", "saturated"))),
    Parameter(name="think_s", label="Think time", value_type=ValueType.NUMBER, default=0.1, group="Arrivals",
              is_live=True, quantity=Quantity.SECONDS, minimum=0, maximum=1e6, source=ESTIMATE, shown_when=_CLOSED,
              doc="Mean pause of a client between an answer and its next request."),
    Parameter(name="rate_per_s", label="Rate", value_type=ValueType.NUMBER, default=50.0, group="Arrivals",
              is_live=True, quantity=Quantity.PER_SECOND, minimum=1e-6, maximum=1e8, source=ESTIMATE, shown_when=_OPEN,
              doc="Mean number of requests per second."),
    Parameter(name="arrival_pattern", label="Pattern", value_type=ValueType.CHOICE, default="poisson",
              group="Arrivals", shown_when=_OPEN, doc="How regular the arrivals are.",
              choices=(Choice("poisson", "Poisson"), Choice("deterministic", "Evenly spaced"),
                       Choice("bursty", "Bursty"))),
    Parameter(name="trace", label="Trace", value_type=ValueType.TEXT, default="", maximum=2_000_000, group="Arrivals",
              shown_when=("arrivals", ("trace",)),
              doc="Lines of 'seconds,count': how many requests arrive at which time. Repeats when it ends: the gap "
                  "before the last time passes once more, then it begins again."),
    Parameter(name="max_concurrency", label="At most at once", value_type=ValueType.INTEGER, default=0, minimum=0,
              maximum=1_000_000, quantity=Quantity.COUNT, group="Arrivals", source=ESTIMATE,
              doc="Requests the software works on at the same time; 0 means no limit (Redis: 1)."),
    _per_request("user_cycles", "User cycles", 1e6, "Cycles in user mode.", maximum=1e15, quantity=Quantity.CYCLES),
    _per_request("kernel_cycles", "Kernel cycles", 1e5, "Cycles in the operating system's kernel.", maximum=1e15,
                 quantity=Quantity.CYCLES),
    Parameter(name="demand_scv", label="Variability", value_type=ValueType.NUMBER, default=1.0, minimum=0, maximum=100,
              group="One request", source=ESTIMATE,
              doc="Squared coefficient of variation of the cycles: 0 constant, 1 exponential, above 1 heavy-tailed."),
    _per_request("syscalls", "System calls", 10.0, "Calls into the kernel."),
    _per_request("page_faults", "Page faults", 0.0, "Faults the kernel resolves by mapping memory."),
    _per_request("page_table_updates", "Page-table updates", 0.0, "Other writes to page tables (fork, exec, mmap)."),
    _per_request("context_switches", "Process switches", 0.0, "Switches between processes inside the system."),
    _per_request("wakeups", "Cross-processor wake-ups", 0.0, "Wake-ups of a thread on another processor (IPIs)."),
    _per_request("timer_hz", "Timer rate", 100.0, "Timer interrupts per second and busy processor.", maximum=1e5,
                 group="System", quantity=Quantity.HERTZ),
    _per_request("tlb_misses", "TLB misses", 0.0, "Address-translation misses; each costs more with nested paging."),
    _per_request("cache_refill_s", "Cache refill", 0.0, "Time to warm the caches again after another VM ran.",
                 maximum=1.0, group="System", quantity=Quantity.SECONDS),
    _per_request("disk_reads", "Disk reads", 0.0, "Read operations.", maximum=1e6, group="Disk"),
    _per_request("disk_read_bytes", "Bytes per read", 4096, "Size of one read.", maximum=2**30, group="Disk",
                 quantity=Quantity.BYTES),
    _per_request("disk_writes", "Disk writes", 0.0, "Write operations.", maximum=1e6, group="Disk"),
    _per_request("disk_write_bytes", "Bytes per write", 4096, "Size of one write.", maximum=2**30, group="Disk",
                 quantity=Quantity.BYTES),
    Parameter(name="disk_access", label="Access", value_type=ValueType.CHOICE, default="random", group="Disk",
              doc="Where the operations go.", choices=(Choice("random", "Random"), Choice("sequential", "Sequential"))),
    Parameter(name="disk_waits", label="Waits for writes", value_type=ValueType.BOOLEAN, default=True, group="Disk",
              doc="Whether a request waits until its writes are on the disk."),
    _per_request("packets_in", "Packets in", 0.0, "Packets received.", maximum=1e6, group="Network"),
    _per_request("packet_in_bytes", "Bytes per packet in", 256, "Size of a received packet.", maximum=65536,
                 group="Network", quantity=Quantity.BYTES),
    _per_request("packets_out", "Packets out", 0.0, "Packets sent.", maximum=1e6, group="Network"),
    _per_request("packet_out_bytes", "Bytes per packet out", 1024, "Size of a sent packet.", maximum=65536,
                 group="Network", quantity=Quantity.BYTES),
    _per_request("working_set_bytes", "Working set", 256 * 2**20, "Memory the workload touches.", maximum=2**50,
                 group="System", quantity=Quantity.BYTES),
)

WORKLOAD: Final = Kind(
    name="workload", label="Workload", plural="Workloads", role=Role.WORKLOAD, seat=Seat.ON_TOP,
    rests_on=(Role.OPERATING_SYSTEM,),
    may_rest_on=(Role.VIRTUAL_MACHINE, Role.PARENT_PARTITION, Role.HARDWARE, Role.HYPERVISOR), is_one_each=True,
    palette_group="Workloads", has_products=True,
    doc="What the software does: requests, each with its work, its disk and network operations.",
    key_facts=(
        KeyFact(parameter="rate_per_s", when=_OPEN),
        KeyFact(parameter="arrivals", text="trace", when=("arrivals", ("trace",))),
        KeyFact(parameter="clients", noun="client", when=_CLOSED),
        KeyFact(parameter="clients", text="{} at once", when=("arrivals", ("saturated",))),
    ),
    parameters=_PARAMETERS,
)
# fmt: on

WORKLOAD_KINDS: Final = (WORKLOAD,)
