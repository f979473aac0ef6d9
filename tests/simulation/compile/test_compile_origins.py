"""A converted composition is reported by the VMs that it came from, native ones too, with the same random numbers."""

from __future__ import annotations

from typing import Any

import pytest

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.load import shipped_catalog
from hvstudio.checks.fixes.convert import convert
from hvstudio.model.document import BlockId, Document
from hvstudio.simulation.compile import compile_document
from hvstudio.simulation.plan.plan import Layer, Op, Plan
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.run import simulate


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return shipped_catalog()


def hosted(stack: Any) -> Document:
    """Two VMs on a Type 2 hypervisor, the second with two workloads and on a disk of its own; a scan on the host."""
    stack.host()
    stack.add("disk", "second disk", on="host", product="hdd-7k2")
    stack.add("os", "windows", on="host", product="windows-server-2016")
    stack.work("scan", on="windows")
    stack.add("hypervisor", "workstation", on="windows", product="vmware-workstation")
    stack.vm("one", on="workstation")
    stack.vm("two", on="workstation", disk_to="second disk", start_s=1.0)
    stack.work("two more", on="two os", disk_reads=1.0)
    return stack.document


def native_of(document: Document, catalog: Catalog) -> Plan:
    changed = convert(document, catalog, hypervisor=BlockId("workstation"), to="native").document
    return compile_document(changed, catalog, rows_of=document)


def guests(plan: Plan) -> dict[str, int]:
    """Streams of the reported rows by block."""
    rows = zip(plan.vm_block, plan.vm_stream, plan.vm_is_guest, strict=True)
    return {block: int(stream) for block, stream, is_guest in rows if is_guest}


def test_the_native_plan_has_the_rows_and_the_streams_of_the_vms(stack: Any, catalog: Catalog) -> None:
    document = hosted(stack)
    assert guests(native_of(document, catalog)) == guests(compile_document(document, catalog)) == {"one": 0, "two": 1}


def test_without_the_former_document_the_operating_system_is_the_row(stack: Any, catalog: Catalog) -> None:
    changed = convert(hosted(stack), catalog, hypervisor=BlockId("workstation"), to="native").document
    assert guests(compile_document(changed, catalog)) == {"windows": 0}


def test_work_of_the_host_stays_background_with_the_same_stream(stack: Any, catalog: Catalog) -> None:
    document = hosted(stack)
    streams: set[int] = set()
    for plan in (compile_document(document, catalog), native_of(document, catalog)):
        scan = plan.class_name.index("scan")
        row = plan.class_vm[scan]
        assert (plan.vm_block[row], plan.vm_is_guest[row]) == ("windows", 0)
        assert plan.step_layer[plan.class_first_step[scan]] == Layer.BACKGROUND
        streams.add(int(plan.vm_stream[row]))
    assert len(streams) == 1


def test_native_work_uses_the_disk_and_the_start_of_its_vm(stack: Any, catalog: Catalog) -> None:
    plan = native_of(hosted(stack), catalog)
    more = plan.class_name.index("two more")
    row = int(plan.class_first_step[more])
    disks: list[str] = []
    while plan.step_op[row] != Op.END:
        if plan.step_op[row] == Op.STATION:
            disks.append(plan.station_name[plan.step_target[row]])
        row += 1
    assert set(disks) == {"second disk"}
    assert plan.class_start_ns[more] == 1_000_000_000
    assert plan.class_start_ns[plan.class_name.index("one work")] == 0


def test_the_same_requests_arrive_natively(stack: Any, catalog: Catalog) -> None:
    # Open arrivals: as many come, and (far from saturation) as many are served.
    stack.host()
    stack.add("os", "windows", on="host", product="windows-server-2016")
    stack.add("hypervisor", "workstation", on="windows", product="vmware-workstation")
    for name in ("one", "two"):
        stack.vm(name, on="workstation")
        stack.change(f"{name} work", arrivals="open", rate_per_s=50.0)
    document = stack.document
    options = RunOptions(duration_s=10.0, warmup_s=0.0)
    virtual = simulate(compile_document(document, catalog), options)
    native = simulate(native_of(document, catalog), options)
    for vm in ("one", "two"):
        assert abs(virtual.vm(vm).completions - native.vm(vm).completions) <= 1
    assert virtual.vm("one").completions != virtual.vm("two").completions
