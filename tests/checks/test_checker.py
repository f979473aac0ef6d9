"""The checker follows edits, looks only where they matter, and always reports on the document it was given."""

from __future__ import annotations

import pytest

from hvstudio.catalog.catalog import Catalog, empty_catalog
from hvstudio.checks.run import Checker, check
from hvstudio.model.document import BlockId, Document
from hvstudio.model.edits import (
    add_block,
    attach,
    move_block,
    move_roots,
    remove_blocks,
    rename_block,
    set_parameters,
    set_product,
)

MANY = "host h memory_bytes=4TiB cores_per_socket=64\n  disk d\n  nic n\n  hypervisor:hyper-v-2016 v\n" + (
    "    parent_partition p\n      os:windows-server-2016 s\n      virtual_switch x > n\n"
    + "".join(
        f"    vm a{number}\n      virtual_disk b{number} > d\n      virtual_nic c{number} > x\n"
        f"      os:windows-server-2016 e{number}\n        workload:web-server w{number}\n"
        for number in range(200)
    )
)


def test_an_empty_document_has_no_finding() -> None:
    report = check(Document(), empty_catalog())
    assert (report.findings, report.classifications, report.has_errors) == ((), (), False)


def test_the_catalogue_may_be_empty(stack) -> None:
    report = check(stack(MANY), empty_catalog())
    assert "structure.unknown-product" in {item.rule for item in report.findings}


def test_moving_a_host_on_the_canvas_changes_nothing(stack, catalog: Catalog) -> None:
    document = stack("host h\n  os s")
    checker = Checker(catalog)
    first = checker.update(document)
    moved = move_roots(document, {BlockId("h"): (5.0, 5.0)})
    second = checker.update(moved)
    assert second.document is moved
    assert second.findings == first.findings


@pytest.mark.parametrize(
    ("edit", "most"),
    [
        # the VM, what lies below it (hypervisor, host), what is attached
        (lambda d: set_parameters(d, [BlockId("a7")], {"memory_bytes": 2**33}), 10),
        (lambda d: rename_block(d, BlockId("a7"), "Mail"), 10),
        (lambda d: set_parameters(d, [BlockId("w7")], {"clients": 99}), 10),
        (lambda d: attach(d, BlockId("b7"), None), 10),
        (lambda d: remove_blocks(d, [BlockId("a7")]), 15),
        (lambda d: add_block(d, kind="vm", name="New", rests_on=BlockId("v"))[0], 10),
        (lambda d: set_parameters(d, [BlockId("d")], {"capacity_bytes": 2**44}), 10),
        (lambda d: rename_block(d, BlockId("v"), "Layer"), 10),
    ],
)
def test_an_edit_asks_few_blocks_again(edit, most: int, stack, catalog: Catalog) -> None:
    document = stack(MANY)
    checker = Checker(catalog)
    checker.update(document)
    assert checker.looked_at == len(document)
    edited = edit(document)
    report = checker.update(edited)
    assert checker.looked_at <= most
    assert report.findings == check(edited, catalog).findings


def test_a_change_of_the_product_reaches_every_vm_on_it(stack, catalog: Catalog) -> None:
    document = set_parameters(stack(MANY), [BlockId("a3")], {"virtual_processors": 5})
    checker = Checker(catalog)
    checker.update(document)
    older = set_product(document, [BlockId("v")], "hyper-v-2008")
    told = {item.block for item in checker.update(older).findings if item.rule == "capacity.vm-processors"}
    assert told == {"a3"}


def test_the_first_block_on_a_support_finds_its_place(stack, catalog: Catalog) -> None:
    document = stack("host h\n  hypervisor:hyper-v-2008 v\n    vm a\n      os s")
    checker = Checker(catalog)
    checker.update(document)
    added, workload = add_block(document, kind="workload", name="w", rests_on=BlockId("s"))
    report = checker.update(added)
    assert workload in added.blocks
    assert report.findings == check(added, catalog).findings


def test_moving_a_vm_to_another_host_brings_its_devices_findings(stack, catalog: Catalog) -> None:
    document = stack(
        "host h\n  disk d\n  hypervisor v\n    vm a\n      virtual_disk x > d\nhost i\n  hypervisor w\n    vm b"
    )
    checker = Checker(catalog)
    assert "devices.attached-elsewhere" not in {item.rule for item in checker.update(document).findings}
    moved = move_block(document, BlockId("a"), rests_on=BlockId("w"))
    told = [item.block for item in checker.update(moved).findings if item.rule == "devices.attached-elsewhere"]
    assert told == ["x"]


def test_swapping_neighbours_reorders_what_is_said(stack, catalog: Catalog) -> None:
    document = stack("host h\n  os s\n  os t")
    checker = Checker(catalog)
    before = [item.block for item in checker.update(document).findings if item.rule == "structure.two-systems"]
    swapped = move_block(document, BlockId("t"), rests_on=BlockId("h"), before=BlockId("s"))
    after = [item.block for item in checker.update(swapped).findings if item.rule == "structure.two-systems"]
    assert (before, after) == (["t"], ["s"])


def test_a_very_deep_stack_gets_its_answer_without_recursion(stack, catalog: Catalog) -> None:
    deep = "host h\n" + "".join(
        f"{' ' * (2 * number + 1)}hypervisor v{number}\n{' ' * (2 * number + 2)}vm a{number}\n"
        for number in range(1500)
    )
    report = check(stack(deep), catalog)
    assert len(report.classifications) == 1500
    assert {item.vmm_type for item in report.classifications} == {"type1"}
