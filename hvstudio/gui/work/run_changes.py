"""What an edit means for a run under way: controls that take effect at once, or a composition that is no longer it."""

from __future__ import annotations

from typing import Final

from attrs import evolve, frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.model.change import between
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.index import index_of
from hvstudio.simulation.plan.messages import Message, SetControls, SetWorkload
from hvstudio.simulation.plan.plan import Plan

_CONTROLS: Final = ("cpu_weight", "cpu_reserve", "cpu_limit")
_WORKLOAD: Final = ("clients", "rate_per_s", "think_s")
_LIVE: Final = {"vm": _CONTROLS, "parent_partition": _CONTROLS, "workload": _WORKLOAD}


@frozen(kw_only=True)
class RunChange:
    """Blocks whose live controls changed, and whether the composition is now another one than the run's."""

    controlled: tuple[BlockId, ...] = ()
    is_outdated: bool = False


def change_for_run(old: Document, new: Document, catalog: Catalog) -> RunChange:
    """What leads from one document to the next. Names, places and silenced findings do not matter to a run."""
    change = between(old, new)
    controlled: list[BlockId] = []
    outdated = bool(change.added or change.removed)
    for block_id in change.changed:
        before, after = old.blocks[block_id], new.blocks[block_id]
        if any(_value(catalog, before, name) != _value(catalog, after, name) for name in _LIVE.get(after.kind, ())):
            controlled.append(block_id)
        outdated = outdated or _rest(before) != _rest(after)
    return RunChange(controlled=tuple(controlled), is_outdated=outdated)


def messages_for(document: Document, catalog: Catalog, plan: Plan, blocks: tuple[BlockId, ...]) -> tuple[Message, ...]:
    """The messages that give these blocks their present controls. `plan` is compiled from the same document.

    The values are read from the plan, not from the block: what a weight or a limit means is the product's business.
    """
    messages: list[Message] = []
    for block_id in blocks:
        block = document.blocks[block_id]
        if block.kind == "workload":
            messages.append(_workload_message(document, catalog, plan, block))
        elif block_id in plan.node_block:
            node = plan.node_block.index(block_id)
            messages.append(
                SetControls(
                    block_id,
                    weight=float(plan.node_weight[node]),
                    reserve=float(plan.node_reserve[node]),
                    limit=float(plan.node_limit[node]),
                )
            )
    return tuple(messages)


def _workload_message(document: Document, catalog: Catalog, plan: Plan, block: Block) -> Message:
    owners = [below.id for below in index_of(document).below(block.id) if below.id in plan.vm_block]
    target = block.id
    if owners:
        row = plan.vm_block.index(owners[0])
        is_alone = (
            sum(1 for vm, counts in zip(plan.class_vm, plan.class_counts, strict=True) if vm == row and counts) == 1
        )
        target = owners[0] if is_alone else block.id
    return SetWorkload(
        target,
        clients=int(catalog.number(block, "clients")),
        rate_per_s=catalog.number(block, "rate_per_s"),
        think_s=catalog.number(block, "think_s"),
    )


def _value(catalog: Catalog, block: Block, name: str) -> object:
    return catalog.value(block, name)


def _rest(block: Block) -> Block:
    """The block without what may change in a run: its name, its silenced findings, its live controls."""
    live = _LIVE.get(block.kind, ())
    parameters = {name: value for name, value in block.parameters.items() if name not in live}
    return evolve(block, name="", suppressed={}, extras={}, parameters=parameters)
