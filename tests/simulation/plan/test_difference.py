"""The difference of two plans: what is sent to a run, what needs a new one, and where a run stands afterwards."""

from __future__ import annotations

import numpy as np
import pytest

from hvstudio.catalog.load import shipped_catalog
from hvstudio.files.examples import load_example
from hvstudio.model.document import Block, BlockId, Document, Value
from hvstudio.model.edits import add_block, attach, move_block, remove_blocks, rename_block, set_parameters
from hvstudio.simulation.compile import compile_document
from hvstudio.simulation.plan.difference import Difference, difference
from hvstudio.simulation.plan.messages import SetControls, SetWorkload

CATALOG = shipped_catalog()


def named(document: Document, name: str) -> Block:
    """The block that people call so."""
    return next(block for block in document.blocks.values() if block.name == name)


def between(before: Document, after: Document) -> Difference:
    """The difference of what two documents compile to."""
    return difference(compile_document(before, CATALOG), compile_document(after, CATALOG))


def edited(example: str, name: str, **values: Value) -> tuple[Block, Difference]:
    """A block of an example, and what changing it means."""
    document = load_example(example)
    block = named(document, name)
    return block, between(document, set_parameters(document, [block.id], values))


def test_nothing_leads_from_a_plan_to_itself() -> None:
    document = load_example("noisy-host")
    found = between(document, document)
    assert (found.messages, found.needs_new_run) == ((), ())


def test_a_weight_becomes_the_message_that_its_product_means() -> None:
    # Hyper-V controls each virtual processor: weight 500, at most half a logical processor; the reserve stays.
    document = load_example("hyper-v-2016")
    block = next(block for block in document.blocks.values() if block.kind == "vm")
    changed = set_parameters(document, [block.id], {"cpu_weight": 500.0, "cpu_limit": 0.5})
    found = between(document, changed)
    assert found.messages == (SetControls(block.id, weight=500.0, limit=0.5),)
    assert found.needs_new_run == ()


def test_a_control_that_the_product_does_not_know_changes_nothing() -> None:
    block, found = edited("virtual-pc", "Old web site", cpu_weight=500.0)
    assert block.kind == "vm"
    assert (found.messages, found.needs_new_run) == ((), ())


def test_clients_of_a_saturated_workload_bring_no_think_time() -> None:
    document = load_example("consolidation-32")
    work = next(block for block in document.blocks.values() if block.kind == "workload")
    before = set_parameters(document, [work.id], {"arrivals": "saturated", "clients": 4})
    found = between(before, set_parameters(before, [work.id], {"clients": 6}))
    assert found.messages == (SetWorkload(work.id, clients=6),)


@pytest.mark.parametrize("name", ["clients", "think_s", "rate_per_s"])
@pytest.mark.parametrize("arrivals", ["closed", "saturated", "open", "trace"])
def test_only_what_the_arrivals_use_is_sent(arrivals: str, name: str) -> None:
    document = load_example("consolidation-32")
    work = next(block for block in document.blocks.values() if block.kind == "workload")
    used = {"closed": ("clients", "think_s"), "saturated": ("clients",), "open": ("rate_per_s",), "trace": ()}
    before = set_parameters(document, [work.id], {"arrivals": arrivals, "trace": "0,1\n1,1"})
    found = between(before, set_parameters(before, [work.id], {name: 16}))
    expected = (SetWorkload(work.id, **{name: pytest.approx(16)}),) if name in used[arrivals] else ()  # type: ignore[arg-type]
    assert found.messages == expected
    assert found.needs_new_run == ()


def test_names_and_places_are_no_difference() -> None:
    document = load_example("nested-hyper-v")
    renamed = document
    for block in document.blocks.values():
        renamed = rename_block(renamed, block.id, f"Another {block.name}")
    found = between(document, renamed)
    assert (found.messages, found.needs_new_run) == ((), ())


def test_rows_correspond_by_their_block_however_they_are_ordered() -> None:
    document = load_example("hyper-v-2016")
    first, second = [block for block in document.blocks.values() if block.kind == "vm"][:2]
    moved = move_block(document, second.id, rests_on=second.rests_on, before=first.id)
    weighted = set_parameters(moved, [second.id], {"cpu_weight": 700.0})
    assert list(moved.blocks) != list(document.blocks)
    found = between(document, weighted)
    assert found.messages == (SetControls(second.id, weight=700.0),)
    assert found.needs_new_run == ()


def test_what_goes_or_comes_needs_a_new_run_and_is_named() -> None:
    document = load_example("hyper-v-2016")
    first = next(block for block in document.blocks.values() if block.kind == "vm")
    fewer = remove_blocks(document, [first.id])
    assert f"{first.name} is gone or has lost a part: this needs a new run." in between(document, fewer).needs_new_run
    back = between(fewer, document).needs_new_run
    assert f"{first.name} is new or has a new part: this needs a new run." in back


def test_a_device_on_another_disk_needs_a_new_run() -> None:
    document = load_example("hyper-v-2016")
    host = next(block for block in document.blocks.values() if block.kind == "host")
    document, other = add_block(document, kind="disk", name="Second disk", product="hdd-7k2", rests_on=host.id)
    device = next(block for block in document.blocks.values() if block.kind == "virtual_disk" and block.attached_to)
    vm = document.blocks[device.rests_on or BlockId("")]
    found = between(document, attach(document, device.id, other))
    assert found.messages == ()
    assert any(vm.name in sentence for sentence in found.needs_new_run)


@pytest.mark.parametrize(
    ("name", "value"),
    [("arrivals", "open"), ("trace", "0,1\n2,1"), ("user_cycles", 5e6), ("disk_reads", 9.0), ("max_concurrency", 1)],
)
def test_what_a_request_is_needs_a_new_run(name: str, value: Value) -> None:
    document = load_example("consolidation-32")
    work = next(block for block in document.blocks.values() if block.kind == "workload")
    below = document.blocks[document.blocks[work.rests_on or BlockId("")].rests_on or BlockId("")]
    document = set_parameters(document, [below.id], {"virtual_processors": 2})
    if name == "trace":
        document = set_parameters(document, [work.id], {"arrivals": "trace", "trace": "0,1\n1,1"})
    found = between(document, set_parameters(document, [work.id], {name: value}))
    assert found.messages == ()
    assert any(below.name in sentence for sentence in found.needs_new_run)


def test_what_can_be_changed_is_sent_also_where_the_rest_needs_a_new_run() -> None:
    document = load_example("hyper-v-2016")
    first, second = [block for block in document.blocks.values() if block.kind == "vm"][:2]
    fewer = set_parameters(remove_blocks(document, [first.id]), [second.id], {"cpu_weight": 300.0})
    found = between(document, fewer)
    assert found.messages == (SetControls(second.id, weight=300.0),)
    # The run still has the first VM, and the second one's new weight; going back sends the old one.
    assert found.reached.vm_block == compile_document(document, CATALOG).vm_block
    back = difference(found.reached, compile_document(document, CATALOG))
    assert back.messages == (SetControls(second.id, weight=100.0),)
    assert back.needs_new_run == ()


def test_there_and_back_is_where_it_was() -> None:
    document = load_example("weight-reserve-limit")
    plan = compile_document(document, CATALOG)
    work = next(block for block in document.blocks.values() if block.kind == "workload")
    changed = compile_document(set_parameters(document, [work.id], {"clients": 3}), CATALOG)
    there = difference(plan, changed)
    back = difference(there.reached, plan)
    assert len(there.messages) == len(back.messages) == 1
    assert np.array_equal(back.reached.class_clients, plan.class_clients)
    assert difference(back.reached, plan).messages == ()
