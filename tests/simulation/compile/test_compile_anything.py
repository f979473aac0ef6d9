"""Whatever is drawn, the compiler gives a plan or a PlanError, never anything else."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hvstudio.catalog.catalog import empty_catalog
from hvstudio.catalog.declaration import ValueType
from hvstudio.catalog.kinds import KINDS
from hvstudio.catalog.load import shipped_catalog
from hvstudio.errors import PlanError
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.simulation.compile import compile_document
from hvstudio.simulation.plan.plan import Op, Plan

CATALOG = shipped_catalog()
PRODUCTS = {kind: ["", *(p.id for p in CATALOG.products_of(kind)), "unknown-product"] for kind in KINDS}


@st.composite
def values(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """Some parameters of a kind: mostly sensible, sometimes anything at all."""
    chosen = draw(st.lists(st.sampled_from(KINDS[kind].parameters), max_size=4)) if KINDS[kind].parameters else []
    found: dict[str, Any] = {}
    for parameter in chosen:
        if draw(st.integers(0, 11)) == 0:
            found[parameter.name] = draw(st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=5)))
        elif parameter.value_type is ValueType.BOOLEAN:
            found[parameter.name] = draw(st.booleans())
        elif parameter.value_type is ValueType.CHOICE:
            found[parameter.name] = draw(st.sampled_from([choice.value for choice in parameter.choices]))
        elif parameter.value_type is ValueType.TEXT:
            found[parameter.name] = draw(st.sampled_from(["", "0,1", "0.5,2\n1,3", "x", "1,1\n0,4", "-1,2"]))
        elif parameter.value_type is ValueType.INTEGER:
            low, high = int(parameter.minimum or 0), int(parameter.maximum or 100)
            found[parameter.name] = draw(st.integers(low, min(high, max(low, 64)) if draw(st.booleans()) else high))
        else:
            found[parameter.name] = draw(st.floats(parameter.minimum or 0.0, parameter.maximum or 1.0))
    return found


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Blocks of all kinds resting on and attached to anything that came before them."""
    blocks: dict[BlockId, Block] = {}
    kinds = draw(st.lists(st.sampled_from([*KINDS, "vm", "vm", "workload", "hypervisor", "os"]), max_size=24))
    for number, kind in enumerate(["host", *kinds]):
        earlier = list(blocks)
        fitting = [key for key in earlier if blocks[key].kind in KINDS[kind].supports]
        anywhere = draw(st.integers(0, 9)) == 0
        supports = [*(earlier if anywhere else fitting or earlier), None]
        block_id = BlockId(f"{kind}-{number}")
        blocks[block_id] = Block(
            id=block_id,
            kind=kind,
            name=f"{kind} {number}",
            product=draw(st.sampled_from(PRODUCTS[kind])),
            rests_on=None if kind in ("host", "note") and not anywhere else draw(st.sampled_from(supports)),
            attached_to=draw(st.sampled_from([*earlier, None])),
            parameters=draw(values(kind)),
        )
    return Document(blocks=blocks)


def _well_formed(plan: Plan) -> None:
    assert len(plan.vm_name) == len(plan.vm_cannot_start) == len(plan.vm_depends_on)
    for index, first in enumerate(plan.class_first_step):
        row = int(first)
        while plan.step_op[row] != Op.END:
            if plan.step_op[row] == Op.CPU:
                context = int(plan.step_target[row])
                node = list(plan.node_context).index(context)
                assert plan.node_pool[node] == plan.vm_pool[plan.class_vm[index]]
            row += 1
    parents = [int(parent) for parent in plan.node_parent]
    assert all(parent < number for number, parent in enumerate(parents))


@given(documents())
@settings(max_examples=400)
def test_any_document_compiles_or_is_refused_with_a_reason(document: Document) -> None:
    with contextlib.suppress(PlanError):
        _well_formed(compile_document(document, CATALOG))


@given(documents())
@settings(max_examples=50)
def test_a_catalogue_without_products_and_cards_is_no_reason_to_fall(document: Document) -> None:
    with contextlib.suppress(PlanError):
        _well_formed(compile_document(document, empty_catalog()))


@given(documents())
@settings(max_examples=50)
def test_the_same_document_gives_the_same_plan(document: Document) -> None:
    try:
        first, second = compile_document(document, CATALOG), compile_document(document, CATALOG)
    except PlanError:
        return
    for name in ("step_mean", "step_target", "node_weight", "context_wake_cycles", "class_clients", "vm_stream"):
        assert list(getattr(first, name)) == list(getattr(second, name))


def test_a_very_deep_stack_is_not_too_deep() -> None:
    """A hundred hypervisors on one another: the first four run, the rest take no part."""
    blocks = {BlockId("host"): Block(id=BlockId("host"), kind="host", name="host")}
    below = BlockId("host")
    for level in range(100):
        for kind in ("hypervisor", "vm"):
            block_id = BlockId(f"{kind}-{level}")
            exposed = {"nested_virtualization": True, "memory_bytes": 2**34} if kind == "vm" else {}
            product = "vmware-esxi" if kind == "hypervisor" else ""
            blocks[block_id] = Block(
                id=block_id, kind=kind, name=block_id, rests_on=below, parameters=exposed, product=product
            )
            below = block_id
    plan = compile_document(Document(blocks=blocks), CATALOG)
    assert sum(1 for name in plan.vm_name if name.startswith("vm-")) == 100
