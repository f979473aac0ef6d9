"""What the parts of the compiler share while one plan is written: builder, catalogue, and what exists already."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final, TypeVar

from attrs import define, field, frozen

from hvstudio.catalog.cards import CostCard, DriverCosts
from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.facts import HypervisorFacts, SystemFacts
from hvstudio.composition.machines import Composition, Hypervisor, Machine, System
from hvstudio.composition.scene import Scene
from hvstudio.model.document import Block, BlockId
from hvstudio.simulation.compile.origins import Origin
from hvstudio.simulation.plan.builder import PlanBuilder

_Card = TypeVar("_Card", bound=CostCard)
_Made = TypeVar("_Made")

NANOSECONDS: Final = 1e9


@frozen(kw_only=True)
class Owned:
    """A context or station that belongs to one VM, and how an equal VM comes to its own."""

    is_station: bool
    index: int
    remake: Callable[[Machine], int]


@define(eq=False, kw_only=True)
class Assembly:
    """One compilation under way. Mappings are by identity of the thing or by a key of the module that fills them."""

    composition: Composition
    reported_like: Composition | None = None
    """The composition that this one was made from, whose rows and random streams it has; None for its own."""
    origins: Mapping[BlockId, Origin] = field(factory=dict[BlockId, Origin])
    """Where workloads ran in `reported_like`, by their id."""
    builder: PlanBuilder = field(factory=PlanBuilder)
    pools: dict[Machine, int] = field(factory=dict[Machine, int])
    rows: dict[str, int] = field(factory=dict[str, int])
    """Row of the results by block id."""
    reported: set[int] = field(factory=set[int])
    """Rows of VMs and native systems; all others are background."""
    unable: dict[str, str] = field(factory=dict[str, str])
    """Why a VM stays off, by block id."""
    missing_fraction: dict[str, float] = field(factory=dict[str, float])
    """Part of a VM's memory that the host has paged out, by block id."""
    cache_bytes: dict[Machine, float] = field(factory=dict[Machine, float])
    """Free memory of the host that can cache the disks of a VM, by VM."""
    owned: dict[Machine, list[Owned]] = field(factory=dict[Machine, list[Owned]])
    """What belongs to a VM alone, by VM."""
    classes: list[tuple[int, int | None]] = field(factory=list[tuple[int, int | None]])
    """Request classes in the order of their making: index, and the place of the workload (None for delayed parts)."""
    patterns: dict[Hashable, Any] = field(factory=dict[Hashable, Any])
    """What was compiled for a VM, by what it looks like."""
    _made: dict[Hashable, Any] = field(factory=dict[Hashable, Any])

    def once(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """What `make` gave the first time for this key."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def own(self, machine: Machine, index: int, remake: Callable[[Machine], int], *, is_station: bool = False) -> int:
        """Note that a context (or station) belongs to the VM alone; gives its index back."""
        self.owned.setdefault(machine, []).append(Owned(is_station=is_station, index=index, remake=remake))
        return index

    @property
    def scene(self) -> Scene:
        """The reading of the document."""
        return self.composition.scene

    @property
    def catalog(self) -> Catalog:
        """What products state and what things cost."""
        return self.composition.scene.catalog

    def card(self, card_id: str, shape: type[_Card]) -> _Card:
        """A cost card. Raises CatalogError where there is none of this id and shape."""
        return self.catalog.card_of(shape, card_id)

    def number(self, block: Block, name: str) -> float:
        """A parameter of a block that is a number."""
        return float(self.scene.values(block)[name])

    def text(self, block: Block, name: str) -> str:
        """A text or choice parameter of a block."""
        return str(self.scene.values(block)[name])

    def switch(self, block: Block, name: str) -> bool:
        """A yes-or-no parameter of a block."""
        return bool(self.scene.values(block)[name])

    def whole(self, block: Block, name: str) -> int:
        """A whole-number parameter of a block."""
        return int(self.scene.values(block)[name])

    def facts(self, program: System | Hypervisor) -> SystemFacts | HypervisorFacts:
        """What the product of a system or hypervisor states."""
        block = program.block
        return self.scene.system_facts(block) if isinstance(program, System) else self.scene.facts(block)

    def driver_costs(self, driver: System | Hypervisor) -> DriverCosts:
        """The I/O path of a system or of a hypervisor with drivers of its own."""
        return self.card(self.facts(driver).costs.value, DriverCosts)
