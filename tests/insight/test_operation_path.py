"""What the scorecard says of an operation is what a run of it charges, layer by layer, in every shipped example."""

from __future__ import annotations

import pytest
from attrs import evolve

from hvstudio.catalog.load import shipped_catalog
from hvstudio.files.examples import example_names, load_example
from hvstudio.insight.operation_path import costliest_path
from hvstudio.insight.probe import OPERATIONS, Operation, with_probes
from hvstudio.insight.scorecard import scorecard
from hvstudio.model.document import BlockId, Document
from hvstudio.model.index import index_of
from hvstudio.simulation.compile import compile_document
from hvstudio.simulation.plan.plan import Layer
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.results import LAYERS
from hvstudio.simulation.run.run import simulate

CATALOG = shipped_catalog()
CHARGED = tuple(layer for layer in Layer if layer is not Layer.SWITCH)
"""All layers but the scheduler's: turning from one to another is not the operation's."""


def hypervisors() -> list[tuple[str, BlockId]]:
    return [
        (name, block.id)
        for name in example_names()
        for block in load_example(name).blocks.values()
        if block.kind == "hypervisor"
    ]


def only_one_vm_works(document: Document, vm: BlockId, operation: Operation) -> Document:
    """The example with one client in one VM, which does the operation and rests; nobody else does anything."""
    index = index_of(document)
    workload = next(item for item in index.above(vm) if document.blocks[item].kind == "workload")
    declared = CATALOG.kind("workload").parameters
    quiet = {item.name: 0.0 for item in declared if item.minimum == 0 and isinstance(item.default, float)}
    rest = {"arrivals": "closed", "clients": 1, "think_s": 0.05, "demand_scv": 0.0, "max_concurrency": 0}
    block = document.blocks[workload]
    made = evolve(block, parameters={**block.parameters, **quiet, **rest, **operation.parameters})
    kept = {item.id: item for item in document.blocks.values() if item.kind != "workload"}
    return evolve(document, blocks={**kept, made.id: made})


def charged(example: str, vm: BlockId, operation: Operation) -> tuple[dict[Layer, float], float]:
    """Cycles by layer and exits that a run charges for each completed operation."""
    document = only_one_vm_works(load_example(example), vm, operation)
    plan = compile_document(document, CATALOG)
    results = simulate(plan, RunOptions(duration_s=40.0, warmup_s=1.0))
    completions = results.vm(vm).completions
    clock_hz = float(plan.pool_clock_hz[plan.vm_pool[plan.vm_block.index(vm)]])
    seconds = results.simulated_s - results.warmup_s
    cycles = {
        layer: sum(row.cpu_seconds[LAYERS[layer]] for row in results.vms) * clock_hz / completions for layer in Layer
    }
    return cycles, sum(row.exits_per_s for row in results.vms) * seconds / completions


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda item: item.label)
@pytest.mark.parametrize(("example", "hypervisor"), hypervisors())
def test_the_scorecard_tells_what_a_run_charges(example: str, hypervisor: BlockId, operation: Operation) -> None:
    document = load_example(example)
    plan = compile_document(with_probes(document, hypervisor, operation), CATALOG)
    found = costliest_path(plan)
    assert found is not None
    vm, path = found
    cycles, exits = charged(example, BlockId(vm), operation)
    told = path.cycles_by_layer(idle=True)
    for layer in CHARGED:
        assert told[layer] == pytest.approx(cycles[layer], rel=0.01, abs=5), layer.name
    assert path.exits == pytest.approx(exits, rel=0.01)
    score = next(item for item in scorecard(document, CATALOG, hypervisor).scores if item.label == operation.label)
    assert score.value == pytest.approx(path.cycles)
    assert f"about {path.cycles:,.0f} cycles" in score.text
    assert f"{path.exits:g} exit" in score.text
