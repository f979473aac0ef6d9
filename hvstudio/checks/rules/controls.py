"""Rules of controls: weight, reserve, limit and dynamic memory, and whether anyone enforces them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Fix, Severity
from hvstudio.checks.fixes.mending import setting
from hvstudio.checks.rule import Hit, rule
from hvstudio.checks.sums import hypervisor_tallies
from hvstudio.checks.wording import percent
from hvstudio.composition.controls import CONTROLS, is_honoured, is_out_of_order, reserve_is_guaranteed
from hvstudio.composition.scene import Scene
from hvstudio.composition.scheduler import ROOT
from hvstudio.composition.starting import Hindrance, refused_by, reservable_processors
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import set_parameters

TLFS: Final = "Hyper-V Top-Level Functional Specification, 18.2: reserve, cap and weight of virtual processors"
SCHEDULERS: Final = "Microsoft Docs, manage Hyper-V scheduler types: the root scheduler supports no per-VM controls"
_NEUTRAL: Final = {"cpu_weight": None, "cpu_reserve": None, "cpu_limit": None}


def controls_set(scene: Scene, block: Block) -> list[str]:
    """The CPU controls that differ from what they are when nobody touches them."""
    if not block.parameters:
        return []
    values, defaults = scene.values(block), scene.knowledge.defaults(block.kind, block.product)
    return [name for name in CONTROLS if name in block.parameters and values[name] != defaults[name]]


@rule(
    "controls.reserve-above-limit",
    Role.VIRTUAL_MACHINE,
    Role.PARENT_PARTITION,
    title="A reserve above the limit",
    severity=Severity.ERROR,
    why="What is promised must lie below what is allowed; the hypervisor refuses the other order.",
    source=TLFS,
    remedy="Raise the limit or lower the reserve.",
)
def reserve_above_limit(scene: Scene, block: Block) -> Sequence[Hit]:
    """Reserve against limit of one VM."""
    if not block.parameters or not is_out_of_order(scene, block):
        return ()
    values = scene.values(block)
    reserve, limit = values["cpu_reserve"], values["cpu_limit"]
    return [
        Hit(
            block=block.id,
            message=f"“{block.name}” has a reserve of {percent(reserve)}, above its limit of {percent(limit)}.",
            parameter="cpu_reserve",
            fixes=(
                setting(f"Lower the reserve to {percent(limit)}", [block.id], {"cpu_reserve": limit}),
                setting(f"Raise the limit to {percent(reserve)}", [block.id], {"cpu_limit": reserve}),
            ),
        )
    ]


@rule(
    "controls.reserves-too-large",
    Role.HYPERVISOR,
    title="More reserved than there is",
    severity=Severity.ERROR,
    why="Reserves are promises; together they cannot exceed the processors. The last VM that asks does not start.",
    source="Hyper-V TLFS, 18.2: the sum of reserves is at most the number of logical processors",
    remedy="Lower the reserves.",
    reads_host=True,
)
def reserves_too_large(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """The reserves of all VMs against the host's logical processors."""
    tallies = hypervisor_tallies(scene, hypervisor)
    if not any(tally.reserve for tally in tallies):
        return ()
    if not refused_by(scene, hypervisor, Hindrance.RESERVE_NOT_FREE):
        return ()
    total = sum([tally.reserve for tally in tallies])
    available = reservable_processors(scene, hypervisor)
    reserving = [tally.vm for tally in tallies if tally.reserve > 0]
    factor = available / total

    def edit(document: Document) -> Document:
        for vm in reserving:
            reserve = scene.knowledge.values(document.blocks[vm])["cpu_reserve"]
            document = set_parameters(document, [vm], {"cpu_reserve": reserve * factor * 0.999})
        return document

    return [
        Hit(
            block=hypervisor.id,
            message=f"The VMs on “{hypervisor.name}” reserve {total:.3g} processors; the host has {available:g}.",
            related=tuple(reserving),
            fixes=(Fix(label="Lower all reserves in proportion", edit=edit),),
        )
    ]


@rule(
    "controls.reserve-not-guaranteed",
    Role.VIRTUAL_MACHINE,
    title="A reserve that cannot be guaranteed",
    severity=Severity.WARNING,
    why="A VM with more virtual processors than the host has logical ones may find its reserve set back to zero.",
    source=TLFS,
    remedy="Give the VM at most as many virtual processors as the host has.",
    reads_host=True,
)
def reserve_not_guaranteed(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Reserves of VMs that are wider than the host."""
    if not vm.parameters:
        return ()
    values = scene.values(vm)
    host, provider = scene.place(vm).host, scene.provider(vm)
    if values["cpu_reserve"] <= 0 or host is None or reserve_is_guaranteed(scene, vm):
        return ()
    if provider is None or not is_honoured(scene, provider, "reserve"):
        return ()
    lps = host.schedulable
    return [
        Hit(
            block=vm.id,
            message=f"The reserve of “{vm.name}” is not guaranteed: it has {values['virtual_processors']} virtual "
            f"processors and the host has {lps}.",
            parameter="virtual_processors",
            fixes=(
                setting(f"Set it to {lps} virtual processors", [vm.id], {"virtual_processors": lps}),
                setting("Take the reserve away", [vm.id], {"cpu_reserve": None}),
            ),
        )
    ]


@rule(
    "controls.root-scheduler",
    Role.HYPERVISOR,
    title="Controls that the root scheduler ignores",
    severity=Severity.WARNING,
    why="With the root scheduler the parent's operating system schedules, and weight, reserve and limit do nothing.",
    source=SCHEDULERS,
    remedy="Choose the classic or the core scheduler, or take the controls away.",
)
def root_scheduler(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """VMs with CPU controls under the root scheduler."""
    if scene.scheduler(hypervisor) != ROOT:
        return ()
    controlled = [vm for vm in scene.on(hypervisor.id, Role.VIRTUAL_MACHINE) if controls_set(scene, vm)]
    if not controlled:
        return ()
    names = f"“{controlled[0].name}”" if len(controlled) == 1 else f"{len(controlled)} VMs"
    return [
        Hit(
            block=hypervisor.id,
            message=f"“{hypervisor.name}” uses the root scheduler, so the CPU controls of {names} have no effect.",
            related=tuple(vm.id for vm in controlled),
            parameter="scheduler",
            fixes=(
                setting("Use the product's own scheduler", [hypervisor.id], {"scheduler": None}),
                setting("Take the controls away", [vm.id for vm in controlled], _NEUTRAL),
            ),
        )
    ]


@rule(
    "controls.scheduler-not-offered",
    Role.HYPERVISOR,
    title="A scheduler that the product does not have",
    severity=Severity.WARNING,
    why="Only some products let one choose; the setting has no effect on the others.",
    source="Microsoft Docs, manage Hyper-V scheduler types: core from 2016, root from Windows 10 1803",
    remedy="Leave the scheduler at the product's default.",
)
def scheduler_not_offered(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """A chosen scheduler against those of the product."""
    chosen = scene.values(hypervisor)["scheduler"]
    facts = scene.facts(hypervisor)
    if chosen == scene.scheduler(hypervisor):
        return ()
    return [
        Hit(
            block=hypervisor.id,
            message=f"{facts.label} does not have the {chosen} scheduler that is set on “{hypervisor.name}”.",
            parameter="scheduler",
            source=facts.scheduler.choices.said_by,
            fixes=(setting("Use the product's own scheduler", [hypervisor.id], {"scheduler": None}),),
        )
    ]


@rule(
    "controls.not-offered",
    Role.VIRTUAL_MACHINE,
    title="A control that the product does not have",
    severity=Severity.WARNING,
    why="Nobody enforces it: the VM gets what the scheduler gives to everyone.",
    source="The controls of the product; see the catalogue card",
    remedy="Take the control away, or choose a product that has it.",
)
def control_not_offered(scene: Scene, vm: Block) -> Sequence[Hit]:
    """CPU controls against those of the product."""
    chosen = controls_set(scene, vm)
    if not chosen:
        return ()
    facts = scene.place(vm).facts
    idle = [name for name in chosen if not facts.controls.of(CONTROLS[name]).value]
    if not idle:
        return ()
    words = " and ".join(CONTROLS[name] for name in idle)
    return [
        Hit(
            block=vm.id,
            message=f"{facts.label} has no CPU {words}; the setting of “{vm.name}” has no effect.",
            parameter=idle[0],
            source=facts.controls.of(CONTROLS[idle[0]]).said_by,
            fixes=(setting("Take the setting away", [vm.id], dict.fromkeys(idle)),),
        )
    ]


@rule(
    "controls.parent-controlled",
    Role.PARENT_PARTITION,
    title="CPU controls on the parent partition",
    severity=Severity.WARNING,
    why="Every VM's I/O passes the parent partition: a limit on it slows all of them, and Hyper-V has no such setting.",
    source="TLFS v2.0a 22.3: the root partition has no reserve, no cap and weight 100",
    remedy="Take the controls away; to free processors, give the parent fewer virtual processors instead.",
)
def parent_controlled(scene: Scene, parent: Block) -> Sequence[Hit]:
    """CPU controls on a parent partition."""
    chosen = controls_set(scene, parent)
    if not chosen:
        return ()
    words = " and ".join(CONTROLS[name] for name in chosen)
    return [
        Hit(
            block=parent.id,
            message=f"The parent partition “{parent.name}” has a CPU {words} of its own.",
            parameter=chosen[0],
            fixes=(setting("Take the setting away", [parent.id], dict.fromkeys(chosen)),),
        )
    ]


@rule(
    "controls.dynamic-memory-not-offered",
    Role.VIRTUAL_MACHINE,
    title="Dynamic memory on a product that has none",
    severity=Severity.WARNING,
    why="The VM keeps the memory it starts with.",
    source="Microsoft: dynamic memory since Windows Server 2008 R2 SP1 (recalled)",
    remedy="Switch dynamic memory off and give the VM what it needs.",
)
def dynamic_memory_not_offered(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Dynamic memory against the product."""
    if not vm.parameters or not scene.values(vm)["dynamic_memory"]:
        return ()
    facts = scene.place(vm).facts
    if facts.memory.dynamic.value is not False:
        return ()
    return [
        Hit(
            block=vm.id,
            message=f"“{vm.name}” has dynamic memory; {facts.label} does not offer it.",
            parameter="dynamic_memory",
            source=facts.memory.dynamic.said_by,
            fixes=(setting("Switch it off", [vm.id], {"dynamic_memory": None}),),
        )
    ]


@rule(
    "controls.dynamic-memory-range",
    Role.VIRTUAL_MACHINE,
    title="A dynamic-memory range that does not hold the startup memory",
    severity=Severity.ERROR,
    why="A VM starts with its startup memory and then moves between minimum and maximum; the three must be in order.",
    source="Microsoft, Set-VMMemory: minimum <= startup <= maximum",
    remedy="Put minimum, startup and maximum memory in order.",
)
def dynamic_memory_range(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Minimum, startup and maximum memory in order."""
    values = scene.values(vm)
    if not values["dynamic_memory"]:
        return ()
    least, start, most = (values[name] for name in ("memory_minimum_bytes", "memory_bytes", "memory_maximum_bytes"))
    if least <= start <= most:
        return ()
    ordered = {"memory_minimum_bytes": min(least, start), "memory_maximum_bytes": max(most, start)}
    what = "minimum memory lies above" if least > start else "maximum memory lies below"
    return [
        Hit(
            block=vm.id,
            message=f"In “{vm.name}” the {what} the startup memory.",
            parameter="memory_minimum_bytes" if least > start else "memory_maximum_bytes",
            fixes=(setting("Put them in order", [vm.id], ordered),),
        )
    ]


@rule(
    "controls.dynamic-memory-numa",
    Role.VIRTUAL_MACHINE,
    title="Dynamic memory on a VM wider than a processor socket",
    severity=Severity.WARNING,
    why="With dynamic memory the VM sees one memory node, so a wide VM cannot keep its data near its processors.",
    source="Microsoft Docs, processor performance: virtual NUMA and dynamic memory exclude each other",
    remedy="Switch dynamic memory off for wide VMs, or give them fewer virtual processors.",
    reads_host=True,
)
def dynamic_memory_numa(scene: Scene, vm: Block) -> Sequence[Hit]:
    """Dynamic memory on a VM with more virtual processors than one socket has logical ones."""
    values = scene.values(vm)
    if not values["dynamic_memory"]:
        return ()
    place = scene.place(vm)
    if place.host is None or place.facts.memory.dynamic.value is False:
        return ()
    if values["virtual_processors"] <= place.host.node_processors:
        return ()
    if place.host.node_processors == place.host.logical_processors:
        return ()
    return [
        Hit(
            block=vm.id,
            message=f"“{vm.name}” has dynamic memory and is wider than a socket of the host "
            f"({place.host.node_processors} logical processors).",
            parameter="dynamic_memory",
            fixes=(setting("Switch dynamic memory off", [vm.id], {"dynamic_memory": None}),),
        )
    ]


@rule(
    "controls.starved-by-weight",
    Role.HYPERVISOR,
    title="Weights so far apart that a VM starves",
    severity=Severity.WARNING,
    why="Weight is a share against the others: beside a thousand times its weight a VM gets next to nothing.",
    source="Hyper-V TLFS, 18.2: weights 100, 200 and 700 share one processor 10 : 20 : 70",
    remedy="Bring the weights nearer together, or give the light VM a reserve.",
)
def starved_by_weight(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """Weights on one hypervisor that differ by more than a factor of 1,000 without a reserve."""
    tallies = hypervisor_tallies(scene, hypervisor)
    if len(tallies) < 2 or not is_honoured(scene, hypervisor, "weight"):
        return ()
    heaviest = max([tally.weight for tally in tallies])
    floor = heaviest / 1000
    if min([tally.weight for tally in tallies]) >= floor:
        return ()
    light: list[BlockId] = [tally.vm for tally in tallies if tally.weight < floor and tally.reserve <= 0]
    if not light:
        return ()
    return [
        Hit(
            block=vm,
            message=f"The CPU weight of {scene.name(vm)} is less than a thousandth of the heaviest on "
            f"“{hypervisor.name}”; when processors are short it gets next to nothing.",
            related=(hypervisor.id,),
            parameter="cpu_weight",
            fixes=(setting(f"Set it to {heaviest / 100:g}", [vm], {"cpu_weight": max(1.0, heaviest / 100)}),),
        )
        for vm in light
    ]
