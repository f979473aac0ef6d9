"""How long checking takes: 10,000 blocks from scratch and after one edit, on one host and on a hundred.

Run: `python tests/benchmarks/checks.py`. Prints milliseconds and the ratio to the goals of 150 ms from
scratch and 15 ms after an edit; with `--goal` the exit code is 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import time
from collections.abc import Callable, Iterator

from hvstudio.catalog.load import shipped_catalog
from hvstudio.checks.run import Checker, check
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import add_block, attach, move_block, remove_blocks, rename_block, set_parameters, set_product

SCRATCH_GOAL_MS = 150.0
EDIT_GOAL_MS = 15.0


def large_document(blocks: int, hosts: int) -> Document:
    """Hyper-V hosts with VMs of five blocks each (VM, virtual disk, virtual card, system, workload)."""
    made: dict[BlockId, Block] = {}

    def put(block_id: str, kind: str, on: str | None, product: str = "", to: str | None = None, **values) -> None:
        made[BlockId(block_id)] = Block(
            id=BlockId(block_id),
            kind=kind,
            name=block_id,
            product=product,
            rests_on=None if on is None else BlockId(on),
            attached_to=None if to is None else BlockId(to),
            parameters=values,
        )

    vms = (blocks - 7 * hosts) // 5 // hosts
    for number in range(hosts):
        host = f"host-{number}"
        put(host, "host", None, "host-server-2016", memory_bytes=2**45, cores_per_socket=64)
        put(f"disk-{number}", "disk", host, "san-flash", capacity_bytes=2**50)
        put(f"nic-{number}", "nic", host, "nic-25g")
        put(f"hypervisor-{number}", "hypervisor", host, "hyper-v-2016")
        put(f"parent-{number}", "parent_partition", f"hypervisor-{number}")
        put(f"parent-os-{number}", "os", f"parent-{number}", "windows-server-2016")
        put(f"switch-{number}", "virtual_switch", f"parent-{number}", to=f"nic-{number}")
        for inner in range(vms):
            vm = f"vm-{number}-{inner}"
            put(vm, "vm", f"hypervisor-{number}", memory_bytes=2**31 + 2**20 * (inner % 7), virtual_processors=1)
            put(f"{vm}-disk", "virtual_disk", vm, to=f"disk-{number}", boot=True, controller="ide")
            put(f"{vm}-nic", "virtual_nic", vm, to=f"switch-{number}")
            put(f"{vm}-os", "os", vm, "windows-server-2016")
            put(f"{vm}-work", "workload", f"{vm}-os", "web-server")
    return Document(blocks=made, positions={BlockId(f"host-{n}"): (0.0, 0.0) for n in range(hosts)})


def edits(document: Document) -> Iterator[tuple[str, Document]]:
    """One edit of each sort, each made on the document itself."""
    vm = BlockId("vm-0-7")
    yield "parameter of a VM", set_parameters(document, [vm], {"memory_bytes": 2**32})
    yield "name of a VM", rename_block(document, vm, "Mail server")
    yield "workload of a VM", set_parameters(document, [BlockId(f"{vm}-work")], {"clients": 77})
    yield "add a VM", add_block(document, kind="vm", name="New", rests_on=BlockId("hypervisor-0"))[0]
    yield "remove a VM", remove_blocks(document, [vm])
    yield "move a VM", move_block(document, vm, rests_on=BlockId("host-0"))
    yield "detach a disk", attach(document, BlockId(f"{vm}-disk"), None)
    yield "name of the hypervisor", rename_block(document, BlockId("hypervisor-0"), "Thin layer")
    yield "memory of the host", set_parameters(document, [BlockId("host-0")], {"memory_bytes": 2**44})
    yield "size of the disk", set_parameters(document, [BlockId("disk-0")], {"capacity_bytes": 2**49})
    yield (
        "cores of the host (all VMs are concerned)",
        set_parameters(document, [BlockId("host-0")], {"cores_per_socket": 32}),
    )
    yield (
        "product of the hypervisor (all VMs are new)",
        set_product(document, [BlockId("hypervisor-0")], "hyper-v-2012-r2"),
    )


def milliseconds(work: Callable[[], object], repeats: int = 9) -> tuple[float, float]:
    """The best and the median time of some work; the best is the one that others' load disturbs least."""
    taken: list[float] = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1e3)
    return min(taken), statistics.median(taken)


def line(label: str, times: tuple[float, float], goal: float) -> bool:
    """Print one line; whether the goal was missed by the best time."""
    best, median = times
    print(f"  {label:<45} best {best:7.1f} ms   median {median:7.1f} ms   {best / goal:5.2f} of the goal")
    return best > goal


def main() -> int:
    """Measure and print; 1 when `--goal` is given and a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=10_000)
    parser.add_argument("--goal", action="store_true", help="exit with 1 when a goal is missed")
    options = parser.parse_args()
    catalog = shipped_catalog()
    missed = False
    for hosts in (1, 100):
        document = large_document(options.blocks, hosts)
        print(f"{len(document)} blocks on {hosts} host(s)")
        missed |= line("from scratch", milliseconds(lambda made=document: check(made, catalog)), SCRATCH_GOAL_MS)
        for label, edited in edits(document):
            checker = Checker(catalog)
            checker.update(document)
            turns = itertools.cycle((edited, document))
            missed |= line(label, milliseconds(lambda made=checker, it=turns: made.update(next(it))), EDIT_GOAL_MS)
    return 1 if missed and options.goal else 0


if __name__ == "__main__":
    sys.exit(main())
