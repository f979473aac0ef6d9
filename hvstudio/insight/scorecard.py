"""The three promises of the literature, made concrete for one stack: performance, security, control."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.composition.classify import shape_of
from hvstudio.composition.scene import Scene, read_scene
from hvstudio.composition.serving import serving_system
from hvstudio.composition.techniques import exit_cycles
from hvstudio.errors import EditError, PlanError
from hvstudio.insight.consequences import vms_lost_with
from hvstudio.insight.operation_path import OperationPath, Stage, costliest_path
from hvstudio.insight.probe import OPERATIONS, Operation, with_probes
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.simulation.compile import compile_document
from hvstudio.simulation.plan.plan import Layer
from hvstudio.simulation.plan.resources import PROCESSORS

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
    if block is None or role_of(block) is not Role.HYPERVISOR:
        raise EditError("only the stack of a hypervisor has a scorecard", where=hypervisor)
    scene = read_scene(document, catalog)
    return Scorecard(
        hypervisor=hypervisor,
        title=block.name,
        scores=(*_performance(scene, catalog, block), *_security(scene, block), *_control(scene, block)),
    )


def _performance(scene: Scene, catalog: Catalog, hypervisor: Block) -> list[Score]:
    vms = scene.on(hypervisor.id, Role.VIRTUAL_MACHINE)
    if not vms:
        return []
    scores = [_operation_score(scene, catalog, hypervisor, operation) for operation in OPERATIONS]
    cycles = exit_cycles(scene, vms[0])
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


def _operation_score(scene: Scene, catalog: Catalog, hypervisor: Block, operation: Operation) -> Score:
    """The longest path among the hypervisor's VMs, or why nothing can be said."""
    try:
        plan = compile_document(with_probes(scene.document, hypervisor.id, operation), catalog)
    except PlanError as error:
        return _unknown(hypervisor, operation, str(error))
    found = costliest_path(plan)
    if found is None:
        reasons = dict(zip(plan.vm_block, plan.vm_cannot_start, strict=True))
        first = next((vm for vm in scene.on(hypervisor.id, Role.VIRTUAL_MACHINE) if reasons.get(vm.id)), None)
        why = "no VM starts" if first is None else f"“{first.name}” does not start: {reasons[first.id]}"
        return _unknown(hypervisor, operation, f"{why}.")
    block, path = found
    return _path_score(scene, scene.blocks[BlockId(block)], path, operation.label)


def _unknown(hypervisor: Block, operation: Operation, why: str) -> Score:
    return Score(
        promise="performance", label=operation.label, text=f"cannot be told yet: {why}", blocks=(hypervisor.id,)
    )


def _path_score(scene: Scene, vm: Block, path: OperationPath, label: str) -> Score:
    work: dict[tuple[BlockId, str], float] = {}
    for stage in path.stages:
        # Where a VM has no software yet, the probe was put into it and stands for what will run there.
        owner = scene.blocks.get(BlockId(stage.block), vm)
        key = (_worker(scene, owner, stage.layer), _words(owner, stage))
        work[key] = work.get(key, 0.0) + stage.cycles
    blocks = tuple(dict.fromkeys(block for block, _ in work))
    steps = " → ".join(f"{scene.name(block)} ({words}, {cycles:,.0f})" for (block, words), cycles in work.items())
    waking = sum(path.waking.values())
    counts = (
        f"{_counted(len(blocks), 'layer')}, {_counted(path.exits, 'exit')}, {_counted(path.handovers, 'hand-over')}"
    )
    return Score(
        promise="performance",
        label=label,
        text=f"{counts}, about {path.cycles:,.0f} cycles from “{vm.name}”: {steps}"
        + (f"; on an idle machine {waking:,.0f} more to wake them" if waking else ""),
        value=path.cycles,
        unit="cycles",
        blocks=tuple(dict.fromkeys([vm.id, *blocks])),
        source=CARDS,
        estimate=True,  # device models and drivers carry estimates in every catalogue
    )


def _counted(number: float, noun: str) -> str:
    return f"{number:g} {noun}" if number == 1 else f"{number:g} {noun}s"


def _worker(scene: Scene, owner: Block, layer: Layer) -> BlockId:
    """Whose work a context of a block does: a VM's own, its hypervisor's, or that of the system that serves it."""
    below = (owner, *scene.below(owner))
    vm = next((block for block in below if role_of(block) is Role.VIRTUAL_MACHINE), None)
    hypervisor = None if vm is None else scene.support(vm)
    if vm is None or hypervisor is None or role_of(owner) is Role.HYPERVISOR:
        return owner.id
    if layer is Layer.VMM:
        return hypervisor.id
    if role_of(owner) in (Role.VIRTUAL_MACHINE, Role.WORKLOAD):
        system = serving_system(scene, hypervisor) if layer is Layer.HOST else None
        return vm.id if system is None else system.id
    return owner.id


def _words(owner: Block, stage: Stage) -> str:
    """What is done there, in a few words."""
    if stage.layer is Layer.VMM:
        return "device model and drivers" if role_of(owner) is Role.HYPERVISOR else "leaving and entering the VM"
    if stage.layer is not Layer.HOST:
        return "guest driver"
    kind, _, _ = stage.part.partition(" of ")
    return {"kernel": "drivers", "queue": "network queue", PROCESSORS: "device model"}.get(kind, kind)


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
    total = sum(1 for block in scene.above(hypervisor.id) if role_of(block) is Role.VIRTUAL_MACHINE)
    for block in _points_of_failure(scene, hypervisor):
        lost = vms_lost_with(scene, block)
        scores.append(
            Score(
                promise="security",
                label=f"If “{block.name}” fails",
                text=_stopping(lost, total) if role_of(block) is not Role.VIRTUAL_MACHINE else "only this VM stops",
                value=float(lost if role_of(block) is not Role.VIRTUAL_MACHINE else 1),
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
    for vm in scene.on(hypervisor.id, Role.VIRTUAL_MACHINE):
        devices = (*scene.on(vm.id, Role.VIRTUAL_DISK), *scene.on(vm.id, Role.VIRTUAL_NIC))
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
    offered = [word for word in ("weight", "reserve", "limit") if facts.controls.of(word).value]
    ignored = scene.values(hypervisor)["scheduler"] == "root"
    scores = [
        Score(
            promise="control",
            label="CPU controls of a VM",
            text=("none" if not offered else ", ".join(offered)) + (", but the root scheduler ignores them" * ignored),
            value=0.0 if ignored else float(len(offered)),
            unit="controls",
            blocks=(hypervisor.id,),
            source=facts.controls.weight.said_by,
        )
    ]
    if unit := facts.controls.unit.value:
        scores.append(Score(promise="control", label="What they mean", text=unit, source=facts.controls.unit.said_by))
    under = scene.support(hypervisor)
    enforcer = under if under is not None and role_of(under) is Role.OPERATING_SYSTEM and not offered else hypervisor
    scores.append(Score(promise="control", label="Who enforces them", text=f"“{enforcer.name}”", blocks=(enforcer.id,)))
    if shape.parents:
        text = f"“{shape.parents[0].name}” competes like any other partition"
        outside: tuple[BlockId, ...] = (shape.parents[0].id,)
    else:
        system = serving_system(scene, hypervisor)
        programs = scene.on(system.id, Role.WORKLOAD) if system is not None else ()
        text = "nothing: every cycle passes the hypervisor"
        if system is not None:
            text = f"“{system.name}” and {len(programs)} programs on it"
        outside = (system.id, *(item.id for item in programs)) if system is not None else ()
    label = "Beside the VMs, with a share of its own" if shape.parents else "Outside the reach of the controls"
    scores.append(Score(promise="control", label=label, text=text, value=float(len(outside)), blocks=outside))
    memory = {"none": "cannot be promised twice", "dynamic": "dynamic memory", "full": "can be promised twice"}
    if over_commit := facts.memory.overcommit.value:
        scores.append(
            Score(
                promise="control",
                label="Memory",
                text=memory.get(over_commit, over_commit),
                source=facts.memory.overcommit.said_by,
            )
        )
    return scores
