"""What an edit means for a run under way: controls that take effect at once, or a composition that is no longer it."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve, frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.model.change import between
from hvstudio.model.document import Block, Document
from hvstudio.simulation.messages import SetControls, SetWorkload

_CONTROLS: Final = {"cpu_weight": "weight", "cpu_reserve": "reserve", "cpu_limit": "limit"}
_WORKLOAD: Final = ("clients", "rate_per_s", "think_s")


@frozen(kw_only=True)
class RunChange:
    """Messages for the session, and whether the composition is now another one than the run's."""

    messages: tuple[Any, ...] = ()
    is_outdated: bool = False


def change_for_run(old: Document, new: Document, catalog: Catalog) -> RunChange:
    """What leads a run from one document to the next. Names, places and silenced findings do not matter to a run."""
    change = between(old, new)
    outdated = bool(change.added or change.removed)
    messages: list[Any] = []
    for block_id in new.blocks:
        if block_id in change.changed:
            message = _message(old.blocks[block_id], new.blocks[block_id], catalog)
            if message is not None:
                messages.append(message)
            outdated = outdated or _rest(old.blocks[block_id]) != _rest(new.blocks[block_id])
    return RunChange(messages=tuple(messages), is_outdated=outdated)


def _message(old: Block, new: Block, catalog: Catalog) -> Any:
    def changed(name: str) -> float | None:
        kind = catalog.kinds.get(new.kind)
        if kind is None or kind.parameter(name) is None or old.product != new.product:
            return None
        before, after = catalog.number(old, name), catalog.number(new, name)
        return None if before == after else after

    if new.kind in ("vm", "parent_partition"):
        values = {argument: value for name, argument in _CONTROLS.items() if (value := changed(name)) is not None}
        return SetControls(new.id, **values) if values else None
    if new.kind == "workload":
        values = {name: value for name in _WORKLOAD if (value := changed(name)) is not None}
        if "clients" in values:
            return SetWorkload(new.id, **{**values, "clients": int(values["clients"])})
        return SetWorkload(new.id, **values) if values else None
    return None


def _rest(block: Block) -> Block:
    """The block without what may change in a run: its name, its silenced findings, its live controls."""
    live = _CONTROLS if block.kind in ("vm", "parent_partition") else _WORKLOAD if block.kind == "workload" else ()
    parameters = {name: value for name, value in block.parameters.items() if name not in live}
    return evolve(block, name="", suppressed={}, extras={}, parameters=parameters)
