"""Rules of numbers: values that cannot be, or that look like a slip of the hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Severity
from hvstudio.checks.fixes.mending import setting
from hvstudio.checks.rule import Hit, rule
from hvstudio.checks.wording import percent
from hvstudio.composition.arrivals import read_trace
from hvstudio.composition.scene import Scene
from hvstudio.model.document import Block
from hvstudio.units import Quantity, format_quantity

DECLARED: Final = "The range that HVStudio declares for the parameter"
SLAT_SINCE: Final = ("nehalem", "westmere", "sandy-bridge", "haswell", "skylake")


@rule(
    "numbers.not-possible",
    "*",
    title="A value that cannot be",
    severity=Severity.ERROR,
    why="The value lies outside what the parameter can be; the checks and the simulation take the default instead.",
    source=DECLARED,
    remedy="Type a value within the range, or take the default.",
)
def not_possible(scene: Scene, block: Block) -> Sequence[Hit]:
    """Parameter values that do not fit their declaration."""
    return [
        Hit(
            block=block.id,
            message=f"“{block.name}”: {problem}",
            parameter=name,
            fixes=(setting("Take the default", [block.id], {name: None}),),
        )
        for name, problem in scene.judged(block).impossible
    ]


@rule(
    "numbers.unknown-parameter",
    "*",
    title="A parameter that this kind of block does not have",
    severity=Severity.NOTE,
    why="It has no effect. It may be a slip in a file edited by hand, or come from a newer version.",
    source=DECLARED,
    remedy="Remove it, or open the file with the version that made it.",
)
def unknown_parameter(scene: Scene, block: Block) -> Sequence[Hit]:
    """Parameters that are not declared for the kind."""
    unknown = scene.judged(block).unknown
    if not unknown or block.kind not in scene.catalog.kinds:
        return ()
    return [
        Hit(
            block=block.id,
            message=f"“{block.name}” has a parameter “{name}” that is not known here.",
            fixes=(setting("Remove it", [block.id], {name: None}),),
        )
        for name in unknown
    ]


@rule(
    "numbers.clock",
    Role.HARDWARE,
    title="An unusual clock",
    severity=Severity.WARNING,
    why="Every result scales with the clock; a slip of a factor of 1,000 makes all of them wrong.",
    source="Servers and desktops from 2003 to today: 0.5 to 6.2 GHz (estimate from makers' lists)",
    remedy="Check the unit: 2.4 GHz, not 2.4 MHz.",
)
def clock(scene: Scene, host: Block) -> Sequence[Hit]:
    """Clocks outside 0.5 to 6.5 GHz."""
    hertz = scene.values(host)["clock_hz"]
    if 0.5e9 <= hertz <= 6.5e9:
        return ()
    return [
        Hit(
            block=host.id,
            message=f"The clock of “{host.name}”, {format_quantity(hertz, Quantity.HERTZ)}, is unusual.",
            parameter="clock_hz",
            fixes=(setting("Take 2.4 GHz", [host.id], {"clock_hz": 2.4e9}),),
        )
    ]


@rule(
    "numbers.features-of-another-time",
    Role.HARDWARE,
    title="Processor features that do not go together",
    severity=Severity.WARNING,
    why="VT-x came in 2005 and SLAT in 2008; a generation before that cannot have them, and SLAT builds on VT-x/AMD-V.",
    source="Intel: VT-x late 2005, EPT with Nehalem (2008); AMD: NPT with Barcelona (2007) (recalled)",
    remedy="Choose a later generation, or switch the feature off.",
)
def features_of_another_time(scene: Scene, host: Block) -> Sequence[Hit]:
    """Virtualization features against each other and against the processor's generation."""
    values = scene.values(host)
    generation, vt, slat = values["cpu_generation"], values["hardware_virtualization"], values["slat"]
    wrong, off = _wrong_features(values, generation, vt=vt, slat=slat)
    if not wrong:
        return ()
    return [
        Hit(
            block=host.id,
            message=f"“{host.name}” {wrong}.",
            parameter="cpu_generation",
            fixes=(setting("Switch the feature off", [host.id], off),),
        )
    ]


def _wrong_features(values: Mapping[str, Any], generation: str, *, vt: bool, slat: bool) -> tuple[str, dict[str, bool]]:
    if generation == "pre-vt" and (vt or slat):
        return "is of a generation before VT-x/AMD-V but has it switched on", {
            "hardware_virtualization": False,
            "slat": False,
        }
    if slat and not vt:
        return "has SLAT but no VT-x/AMD-V", {"slat": False}
    if slat and values["cpu_vendor"] == "intel" and generation not in SLAT_SINCE:
        return "is of an Intel generation before SLAT but has it switched on", {"slat": False}
    return "", {}


@rule(
    "numbers.tiny-limit",
    Role.VIRTUAL_MACHINE,
    Role.PARENT_PARTITION,
    title="A very low CPU limit",
    severity=Severity.WARNING,
    why="Below a few percent even starting the guest's system takes longer than its own timeouts.",
    source="estimate: a system needs some percent of a processor for its timers and services",
    remedy="Raise the limit; use the weight to give a VM less than others.",
)
def tiny_limit(scene: Scene, block: Block) -> Sequence[Hit]:
    """CPU limits under 3 %."""
    if not block.parameters:
        return ()
    limit = scene.values(block)["cpu_limit"]
    if limit >= 0.03:
        return ()
    return [
        Hit(
            block=block.id,
            message=f"“{block.name}” may use only {percent(limit)} of its processors.",
            parameter="cpu_limit",
            fixes=(setting("Raise it to 10 %", [block.id], {"cpu_limit": 0.1}),),
        )
    ]


@rule(
    "numbers.nothing-to-do",
    Role.WORKLOAD,
    title="A workload whose requests do nothing",
    severity=Severity.WARNING,
    why="Requests without work finish in no time, so throughput means nothing.",
    source="HVStudio: a request is cycles, disk operations and packets",
    remedy="Give a request some cycles or operations.",
)
def nothing_to_do(scene: Scene, workload: Block) -> Sequence[Hit]:
    """Requests without cycles, disk operations and packets."""
    if not workload.parameters:
        return ()
    values = scene.values(workload)
    work = ("user_cycles", "kernel_cycles", "disk_reads", "disk_writes", "packets_in", "packets_out")
    if any(values[name] for name in work):
        return ()
    return [
        Hit(
            block=workload.id,
            message=f"A request of “{workload.name}” has nothing to do.",
            parameter="user_cycles",
            fixes=(setting("Give it a million cycles", [workload.id], {"user_cycles": 1e6}),),
        )
    ]


@rule(
    "numbers.trace",
    Role.WORKLOAD,
    title="A trace that cannot be read",
    severity=Severity.ERROR,
    why="The arrivals come from the trace; without lines of time and count no request arrives.",
    source="HVStudio: a trace has lines of 'seconds,count'",
    remedy="Paste lines like “0.5,12”, or choose other arrivals.",
)
def trace(scene: Scene, workload: Block) -> Sequence[Hit]:
    """Traces that hold no request, or have a line that is no pair of numbers."""
    values = scene.values(workload)
    if values["arrivals"] != "trace":
        return ()
    problem = read_trace(values["trace"]).problem
    if not problem:
        return ()
    return [
        Hit(
            block=workload.id,
            message=f"“{workload.name}”: {problem}",
            parameter="trace",
            fixes=(setting("Let requests come at a rate instead", [workload.id], {"arrivals": "open"}),),
        )
    ]


@rule(
    "numbers.fast-disk",
    Role.PHYSICAL_DISK,
    title="A disk faster than any",
    severity=Severity.WARNING,
    why="A disk faster than memory hides every cost the simulation is meant to show.",
    source="Optane P4800X, about 10 us, is the fastest of the published ones (KVM Forum 2020)",
    remedy="Check the unit: 100 us, not 100 ns.",
)
def fast_disk(scene: Scene, disk: Block) -> Sequence[Hit]:
    """Random access under one microsecond."""
    if not disk.parameters:
        return ()
    values = scene.values(disk)
    names = [name for name in ("random_read_s", "random_write_s") if values[name] < 1e-6]
    if not names:
        return ()
    return [
        Hit(
            block=disk.id,
            message=f"“{disk.name}” answers in {format_quantity(values[names[0]], Quantity.SECONDS)}.",
            parameter=names[0],
            fixes=(setting("Take 100 µs", [disk.id], dict.fromkeys(names, 100e-6)),),
        )
    ]


@rule(
    "numbers.large-packets",
    Role.WORKLOAD,
    title="Packets larger than a network carries",
    severity=Severity.NOTE,
    why="Networks cut data into packets of about 1,500 bytes (9,000 with jumbo frames); larger ones become several.",
    source="IEEE 802.3: 1,500 bytes of payload; jumbo frames up to about 9,000",
    remedy="Give more and smaller packets.",
)
def large_packets(scene: Scene, workload: Block) -> Sequence[Hit]:
    """Packets over 9,000 bytes."""
    values = scene.values(workload)
    large = {
        direction: values[f"packet_{direction}_bytes"]
        for direction in ("in", "out")
        if values[f"packets_{direction}"] and values[f"packet_{direction}_bytes"] > 9000
    }
    if not large:
        return ()
    split: dict[str, Any] = {}
    for direction, length in large.items():
        split[f"packet_{direction}_bytes"] = 1448
        split[f"packets_{direction}"] = min(1e6, values[f"packets_{direction}"] * length / 1448)
    return [
        Hit(
            block=workload.id,
            message=f"“{workload.name}” has packets of {max(large.values()):,.0f} bytes.",
            parameter=f"packet_{next(iter(large))}_bytes",
            fixes=(setting("Cut them to 1,448 bytes", [workload.id], split),),
        )
    ]
