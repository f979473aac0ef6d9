"""The three promises of the literature, made concrete for one stack: performance, security, control."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.checks.fixes.restructure import scene_of
from hvstudio.composition.classify import shape_of
from hvstudio.composition.scene import Scene
from hvstudio.composition.serving import serving_system
from hvstudio.errors import EditError
from hvstudio.insight.consequences import vms_lost_with
from hvstudio.insight.path_cost import Path, exit_cycles, io_path
from hvstudio.model.document import Block, BlockId, Document

CARDS: Final = "cost cards of the catalogue"


@frozen(kw_only=True)
class Score:
    """One line of a scorecard. `value` is a number in `unit` to compare stacks by, where there is one."""

    promise: str
    label: str
    text: str
    value: float | None = None
    unit: str = ""
    blocks: tuple[BlockId, ...] = ()
    source: str = ""
    estimate: bool = False


@frozen(kw_only=True)
class Scorecard:
    """The scorecard of one hypervisor's stack; `promise` of a score is "performance", "security" or "control"."""

    hypervisor: BlockId
    title: str
    scores: tuple[Score, ...]

    def of(self, promise: str) -> tuple[Score, ...]:
        """The scores of one promise."""
        return tuple(score for score in self.scores if score.promise == promise)


def scorecard(document: Document, catalog: Catalog, hypervisor: BlockId) -> Scorecard:
    """The scorecard of a hypervisor's stack. Raises EditError when the block is no hypervisor."""
    block = document.blocks.get(hypervisor)
    if block is None or block.kind != "hypervisor":
        raise EditError("only the stack of a hypervisor has a scorecard", where=hypervisor)
    scene = scene_of(document, catalog)
    return Scorecard(
        hypervisor=hypervisor,
        title=block.name,
        scores=(*_performance(scene, block), *_security(scene, block), *_control(scene, block)),
    )


def _performance(scene: Scene, hypervisor: Block) -> list[Score]:
    vms = scene.on(hypervisor.id, "vm")
    scores: list[Score] = []
    for kind, label in (("disk", "A disk read of 4 KiB"), ("nic", "A packet of 1,500 bytes")):
        paths = [(vm, path) for vm in vms if (path := io_path(scene, vm, kind)) is not None]
        if paths:
            vm, longest = max(paths, key=lambda pair: pair[1].cycles)
            scores.append(_path_score(scene, vm, longest, label))
    cycles = exit_cycles(scene, hypervisor)
    if cycles > 0:
        scores.append(
            Score(
                promise="performance",
                label="Leaving a VM once",
                text=f"about {cycles:,.0f} cycles on this processor",
                value=cycles,
                unit="cycles",
                blocks=(hypervisor.id,),
                source=CARDS,
            )
        )
    return scores


def _path_score(scene: Scene, vm: Block, path: Path, label: str) -> Score:
    steps = " → ".join(
        f"{scene.name(stage.block)} ({stage.text}, {stage.cycles:,.0f})" for stage in path.stages if stage.cycles
    )
    return Score(
        promise="performance",
        label=label,
        text=f"{path.layers} layers, {path.exits:g} exits, about {path.cycles:,.0f} cycles from “{vm.name}”: {steps}",
        value=path.cycles,
        unit="cycles",
        blocks=tuple(dict.fromkeys([vm.id, *(stage.block for stage in path.stages)])),
        source=CARDS,
        estimate=path.estimate,
    )


def _security(scene: Scene, hypervisor: Block) -> list[Score]:
    direct = _with_direct_access(scene, hypervisor)
    names = ", ".join(f"“{block.name}”" for block in direct)
    nested = scene.place(hypervisor).vm
    whose = "the hardware" if nested is None else f"the virtual hardware of {scene.name(nested)}"
    scores = [
        Score(
            promise="security",
            label=f"Software with direct access to {whose}",
            text=names or "none",
            value=float(len(direct)),
            unit="pieces of software",
            blocks=tuple(block.id for block in direct),
        )
    ]
    total = sum(1 for block in scene.above(hypervisor.id) if block.kind == "vm")
    for block in _points_of_failure(scene, hypervisor):
        lost = vms_lost_with(scene, block)
        scores.append(
            Score(
                promise="security",
                label=f"If “{block.name}” fails",
                text=_stopping(lost, total) if block.kind != "vm" else "only this VM stops",
                value=float(lost if block.kind != "vm" else 1),
                unit="VMs",
                blocks=(block.id,),
            )
        )
    return scores


def _stopping(lost: int, total: int) -> str:
    return f"{lost} of {total} VMs stop" if total else "no VM stops: there is none yet"


def _with_direct_access(scene: Scene, hypervisor: Block) -> list[Block]:
    """Software that reaches the devices or all of memory without anyone checking it."""
    found: list[Block] = []
    system = serving_system(scene, hypervisor)
    if system is not None:
        found.append(system)
    # A VMM runs in the processor's most privileged mode wherever it stands, so it always counts.
    found.append(hypervisor)
    for vm in scene.on(hypervisor.id, "vm"):
        devices = (*scene.on(vm.id, "virtual_disk"), *scene.on(vm.id, "virtual_nic"))
        if any(scene.values(device)["device_model"] == "pass-through" for device in devices):
            host = scene.place(vm).host
            if host is None or not host.iommu:
                found.append(vm)
    return found


def _points_of_failure(scene: Scene, hypervisor: Block) -> list[Block]:
    """The system that serves the VMs, the parent partition, the hypervisor, one VM."""
    shape = shape_of(scene, hypervisor)
    found = [*shape.parents[:1], hypervisor]
    system = serving_system(scene, hypervisor)
    if system is not None:
        found.insert(0, system)
    return [*found, *shape.vms[:1]]


def _control(scene: Scene, hypervisor: Block) -> list[Score]:
    facts = scene.facts(hypervisor)
    shape = shape_of(scene, hypervisor)
    known = [(word, facts.yes(f"controls.{word}")) for word in ("weight", "reserve", "limit")]
    offered = [word for word, there in known if there]
    ignored = scene.values(hypervisor)["scheduler"] == "root"
    scores = [
        Score(
            promise="control",
            label="CPU controls of a VM",
            text=("none" if not offered else ", ".join(offered)) + (", but the root scheduler ignores them" * ignored),
            value=0.0 if ignored else float(len(offered)),
            unit="controls",
            blocks=(hypervisor.id,),
            source=facts.source("controls.weight"),
        )
    ]
    if unit := facts.text("controls.unit"):
        scores.append(Score(promise="control", label="What they mean", text=unit, source=facts.source("controls.unit")))
    under = scene.support(hypervisor)
    enforcer = under if under is not None and under.kind == "os" and not offered else hypervisor
    scores.append(Score(promise="control", label="Who enforces them", text=f"“{enforcer.name}”", blocks=(enforcer.id,)))
    if shape.parents:
        text = f"“{shape.parents[0].name}” competes like any other partition"
        outside: tuple[BlockId, ...] = (shape.parents[0].id,)
    else:
        system = serving_system(scene, hypervisor)
        programs = scene.on(system.id, "workload") if system is not None else ()
        text = "nothing: every cycle passes the hypervisor"
        if system is not None:
            text = f"“{system.name}” and {len(programs)} programs on it"
        outside = (system.id, *(item.id for item in programs)) if system is not None else ()
    label = "Beside the VMs, with a share of its own" if shape.parents else "Outside the reach of the controls"
    scores.append(Score(promise="control", label=label, text=text, value=float(len(outside)), blocks=outside))
    memory = {"none": "cannot be promised twice", "dynamic": "dynamic memory", "full": "can be promised twice"}
    if over_commit := facts.text("memory.overcommit"):
        scores.append(
            Score(
                promise="control",
                label="Memory",
                text=memory.get(over_commit, over_commit),
                source=facts.source("memory.overcommit"),
            )
        )
    return scores
