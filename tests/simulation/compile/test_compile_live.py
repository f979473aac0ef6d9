"""Live edits in every architecture: the throughput after an edit is the one worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from hvstudio.catalog.load import shipped_catalog
from hvstudio.model.document import BlockId, Document, Value
from hvstudio.model.edits import set_parameters
from hvstudio.simulation.compile import compile_document
from hvstudio.simulation.plan.difference import difference
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.stepped_run import SteppedRun

CATALOG = shipped_catalog()
MILLISECOND = {"user_cycles": 1e6}
"""A request's work on the host of 1 GHz."""


def rates(document: Document, name: str, *changes: dict[str, Value], row: str = "") -> list[float]:
    """Requests per second of a row: as composed, then after each live edit of the block, over 10 s each."""
    plan = compile_document(document, CATALOG)
    run = SteppedRun(plan, RunOptions(duration_s=None, sample_interval_s=10.0, check_conservation=True, seed=2))
    of = plan.vm_block.index(row or next(row for row in plan.vm_block if row == name or name.startswith(row)))
    found, reached = [], plan
    for change in ({}, *changes):
        document = set_parameters(document, [BlockId(name)], change)
        told = difference(reached, compile_document(document, CATALOG))
        assert told.needs_new_run == ()
        for message in told.messages:
            run.apply(message)
        reached = told.reached
        sample = None
        while sample is None:
            sample = run.step()
        found.append(float(sample.throughput_per_s[of]))
    return found


def two_vms(stack: Any, product: str, *, processors: int = 1, cores: int = 1, **work: Value) -> Document:
    """Two VMs on a host of 1 GHz."""
    stack.host(clock_hz=1e9, sockets=1, cores_per_socket=cores, threads_per_core=1)
    on = "host"
    if product in ("kvm", "vmware-workstation"):
        on = stack.add("os", "linux", on="host", product="linux")
    stack.add("hypervisor", "hypervisor", on=on, product=product)
    if product.startswith("hyper-v"):
        stack.add("parent_partition", "parent", on="hypervisor")
        stack.add("os", "windows", on="parent", product="windows-server-2016")
    for name in ("a", "b"):
        stack.vm(name, on="hypervisor", virtual_processors=processors)
        stack.change(f"{name} work", **{**MILLISECOND, **work})
    return stack.document


PRODUCTS = ["hyper-v-2016", "vmware-esxi", "kvm"]


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize(
    ("work", "change", "before", "after"),
    [
        # Closed: clients / (pause + 1 ms); a second client hardly meets the first.
        ({"arrivals": "closed", "clients": 1, "think_s": 0.1}, {"clients": 4}, 1 / 0.101, 4 / 0.101),
        ({"arrivals": "closed", "clients": 1, "think_s": 0.1}, {"think_s": 0.05}, 1 / 0.101, 1 / 0.051),
        # Saturated: two VMs share one processor whatever their number of clients is.
        ({"arrivals": "saturated", "clients": 2, "think_s": 0.1}, {"clients": 6}, 500, 500),
        ({"arrivals": "saturated", "clients": 2, "think_s": 0.1}, {"think_s": 3.0}, 500, 500),
        ({"arrivals": "open", "rate_per_s": 20.0, "arrival_pattern": "deterministic"}, {"rate_per_s": 80.0}, 20, 80),
        ({"arrivals": "open", "rate_per_s": 20.0}, {"clients": 90}, 20, 20),
        ({"arrivals": "trace", "trace": "0,9\n0.1,1"}, {"rate_per_s": 80.0}, 50, 50),
    ],
)
def test_arrivals_of_a_vm(
    stack: Any, product: str, work: dict[str, Value], change: dict[str, Value], before: float, after: float
) -> None:
    found = rates(two_vms(stack, product, **work), "a work", change, row="a")
    assert found == pytest.approx([before, after], rel=0.13)


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize(
    "work",
    [
        {"arrivals": "saturated", "clients": 2},
        {"arrivals": "closed", "clients": 30, "think_s": 0.01},  # up to 2,700/s, more than there is
        {"arrivals": "open", "rate_per_s": 1500.0},
        {"arrivals": "trace", "trace": "0,15\n0.01,15"},  # 1,500/s
    ],
)
@pytest.mark.parametrize(
    ("change", "share"),
    [({"cpu_weight": 300.0}, 0.75), ({"cpu_limit": 0.3}, 0.3), ({"cpu_reserve": 0.7}, 0.7)],
)
def test_controls_of_a_vm(
    stack: Any, product: str, work: dict[str, Value], change: dict[str, Value], share: float
) -> None:
    # Two VMs want the whole processor, 1,000 requests a second: half each, then as the control says, then half again.
    back = {"cpu_weight": 100.0, "cpu_limit": 1.0, "cpu_reserve": 0.0}
    name = next(iter(change))
    document = two_vms(stack, product, **work)
    plan = compile_document(document, CATALOG)
    edited = compile_document(set_parameters(document, [BlockId("a")], change), CATALOG)
    if not difference(plan, edited).messages:
        pytest.skip(f"the product has no {name}")
    first, controlled, again = rates(document, "a", change, {name: back[name]})
    assert [first, controlled, again] == pytest.approx([500, 1000 * share, 500], rel=0.1)


@pytest.mark.parametrize(("clients", "threads"), [(1, 1), (3, 3), (4, 4), (9, 4)])
def test_clients_of_a_native_program_bring_their_threads(stack: Any, clients: int, threads: int) -> None:
    # Four cores of 1 GHz: a thread does 1,000 requests a second, as many as there are clients, at most one a core.
    stack.host(clock_hz=1e9, sockets=1, cores_per_socket=4, threads_per_core=1)
    stack.add("os", "linux", on="host", product="linux")
    stack.work("work", on="linux", **MILLISECOND, arrivals="saturated", clients=2)
    found = rates(stack.document, "work", {"clients": clients}, {"clients": 2}, row="linux")
    assert found == pytest.approx([2000, 1000 * threads, 2000], rel=0.03)


def test_clients_of_a_background_program_bring_their_threads(stack: Any) -> None:
    stack.host(clock_hz=1e9, sockets=1, cores_per_socket=4, threads_per_core=1)
    stack.add("os", "linux", on="host", product="linux")
    stack.work("scan", on="linux", **MILLISECOND, arrivals="saturated", clients=1)
    stack.add("hypervisor", "kvm", on="linux", product="kvm")
    stack.vm("vm", on="kvm")
    found = rates(stack.document, "scan", {"clients": 3}, {"think_s": 5.0}, {"clients": 1}, row="linux")
    assert found == pytest.approx([1000, 3000, 3000, 1000], rel=0.05)


def test_a_second_program_of_a_vm_brings_its_threads(stack: Any) -> None:
    document_of = two_vms(stack, "vmware-esxi", processors=4, cores=4, arrivals="closed", clients=1, think_s=1.0)
    assert document_of is not None
    stack.work("second", on="a os", **MILLISECOND, arrivals="saturated", clients=1)
    found = rates(stack.document, "second", {"clients": 3}, {"clients": 1}, row="a")
    assert found == pytest.approx([1001, 3001, 1001], rel=0.05)
