"""The same work without any hypervisor: every workload of the VMs on one operating system on the hardware."""

from __future__ import annotations

from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.checks.fixes.host_system import host_below
from hvstudio.checks.fixes.mending import with_system
from hvstudio.checks.fixes.restructure import system_of_stack
from hvstudio.errors import EditError
from hvstudio.model.document import BlockId, Document
from hvstudio.model.edits import move_block, remove_blocks, set_product
from hvstudio.model.index import index_of


def as_native(document: Document, hypervisor: BlockId) -> tuple[Document, tuple[str, ...]]:
    """The document with the workloads of a hypervisor's VMs on the host's system, and what is lost by that.

    Raises EditError when no hardware lies under the hypervisor.
    """
    block = document.blocks[hypervisor]
    host = host_below(document, block)
    if host is None:
        raise EditError("there is no hardware under it to run on natively", where=block.name)
    lost: list[str] = []
    index = index_of(document)
    system = system_of_stack(document, hypervisor)
    guest = None
    inner = [document.blocks[block_id] for block_id in index.above(hypervisor)]
    workloads = [item.id for item in inner if role_of(item) is Role.WORKLOAD]
    if system is None:
        systems = [item for item in inner if role_of(item) is Role.OPERATING_SYSTEM]
        guest = systems[0] if systems else None
        document, system = with_system(document, host.id, None, family=guest.name if guest else "Operating system")
        if guest is not None:
            document = set_product(document, [system], guest.product)
    document = move_block(document, system, rests_on=host.id, before=None)
    for workload in workloads:
        if document.blocks[workload].rests_on != system:
            document = move_block(document, workload, rests_on=system)
    vms = sum(1 for item in inner if role_of(item) is Role.VIRTUAL_MACHINE)
    if vms:
        gone = "The VM goes; its" if vms == 1 else f"The {vms} VMs go; their"
        lost.append(f"{gone} workloads share “{document.blocks[system].name}” without walls between them.")
    return remove_blocks(document, [hypervisor]), tuple(lost)
