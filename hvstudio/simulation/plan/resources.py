"""Ids for everything in a plan that can be used up: processors, contexts and stations.

A resource is a block, or a part of one ("disk-1/channel"). Names cannot tell resources apart: people give equal ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hvstudio.simulation.plan.plan import Plan

PROCESSORS: Final = "processors"
"""The part of a host, a VM or a partition that its processors are."""


def pool_ids(plan: Plan) -> tuple[str, ...]:
    """[P] the id of every pool, made from its host's block."""
    return _unique(_joined(block, PROCESSORS) for block in plan.pool_block)


def context_ids(plan: Plan) -> tuple[str, ...]:
    """[C] the id of every context, made from the block that works there and from which of its contexts it is."""
    rows = zip(plan.context_block, plan.context_part, plan.context_vm, plan.context_name, strict=True)
    return _unique(
        _joined(block, part) if block else _joined(plan.vm_block[int(vm)], name) for block, part, vm, name in rows
    )


def station_ids(plan: Plan) -> tuple[str, ...]:
    """[S] the id of every station, made from its block and from which of its stations it is."""
    rows = zip(plan.station_block, plan.station_part, plan.station_name, strict=True)
    return _unique(_joined(block, part) if block else name for block, part, name in rows)


def _joined(block: str, part: str) -> str:
    return "/".join(piece for piece in (block, part) if piece)


def _unique(ids: Iterable[str]) -> tuple[str, ...]:
    """The ids with a number behind those that came before."""
    seen: Counter[str] = Counter()
    found: list[str] = []
    for wanted in ids:
        seen[wanted] += 1
        found.append(wanted if seen[wanted] == 1 else f"{wanted} {seen[wanted]}")
    return tuple(found)
