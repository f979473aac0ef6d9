"""Pages that the host had to take away from a VM: its requests wait for them to come back from the host's disk."""

from __future__ import annotations

from typing import Final

from hvstudio.composition.machines import Machine
from hvstudio.composition.techniques import exit_cycles
from hvstudio.model.document import Block
from hvstudio.simulation.compile import purposes
from hvstudio.simulation.compile.assembly import Assembly
from hvstudio.simulation.compile.demand import Demand
from hvstudio.simulation.compile.routes.backends import Backend, host_backend
from hvstudio.simulation.compile.routes.disk import disk_route, work_step
from hvstudio.simulation.compile.routes.hardware import first_device
from hvstudio.simulation.compile.routes.operations import DiskOperation, Issuer
from hvstudio.simulation.plan.plan import Layer
from hvstudio.simulation.plan.steps import Step, sometimes

_MOST_PASSES: Final = 4


def paging_steps(
    assembly: Assembly, workload: Block, machine: Machine, issuer: Issuer, demand: Demand, offset: int
) -> list[Step]:
    """The reads by which missing pages come back during a request; none when the VM's memory is all there."""
    missing = assembly.missing_fraction.get(machine.block.id, 0.0)
    if missing <= 0 or machine.provider is None:
        return []
    per_page = assembly.catalog.paging.cycles_per_page_touched
    pages = missing * (demand.user_cycles + demand.kernel_cycles) / per_page
    if pages <= 0:
        return []
    backend = host_backend(assembly, machine)
    passes = min(_MOST_PASSES, max(1, int(pages)))
    base = purposes.PAGING + offset
    steps: list[Step] = []
    for number in range(passes):
        count = max(1.0, pages / passes)
        one = _page_in(assembly, workload, machine, issuer, backend, count, purposes.service(base, number))
        steps += one if pages >= 1.0 else sometimes(pages, one, purposes.whether(base, number))
    return steps


def _page_in(
    assembly: Assembly,
    workload: Block,
    machine: Machine,
    issuer: Issuer,
    backend: Backend,
    count: float,
    purpose: int,
) -> list[Step]:
    assert machine.provider is not None
    assert backend.context is not None
    below = machine.provider.machine.owns_devices_of
    operation = DiskOperation(
        write=False,
        size=assembly.catalog.paging.page_bytes,
        sequential=False,
        purpose=purpose,
        cache_purpose=purpose,
        extra_purpose=purpose,
        data_bytes=0.0,
        count=count,
    )
    disk = first_device(below, "disk", workload)
    work = (backend.costs.block_cycles + backend.costs.interrupt_cycles) * count * backend.issuer.factor
    return [
        *work_step(issuer.context, exit_cycles(assembly.scene, machine.block) * count, Layer.VMM, exits=count),
        *work_step(backend.context, work, backend.layer),
        *disk_route(assembly, below, disk, operation, backend.issuer, backend.driver),
    ]
