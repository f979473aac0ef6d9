"""What the parts of the compiler share while one plan is written: builder, catalogue, and what exists already."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final, TypeVar

from attrs import define, field, frozen

from hvstudio.catalog.cards import CostCard
from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.load import value_problem
from hvstudio.errors import CatalogError, PlanError
from hvstudio.model.document import Block, BlockId, Value
from hvstudio.simulation.compile.cost_cards import DriverCosts, number_of, read_card
from hvstudio.simulation.compile.origins import Origin
from hvstudio.simulation.compile.walk import Composition, Hypervisor, Machine, System
from hvstudio.simulation.plan.builder import PlanBuilder

_Card = TypeVar("_Card", bound=CostCard)
_Made = TypeVar("_Made")

_UNKNOWN: Final = object()
NANOSECONDS: Final = 1e9
_LARGEST_NUMBER: Final = 1e25
"""Beyond the range of every parameter; larger ones would overflow on their way to the checks of the plan."""
DEFAULT_SYSTEM_COSTS: Final = "os-linux"
DEFAULT_MONOLITHIC_COSTS: Final = "drivers-monolithic"


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
    catalog: Catalog
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
    _facts: dict[tuple[str, str], Any] = field(factory=dict[tuple[str, str], Any])
    _allowed: set[tuple[str, str, Value]] = field(factory=set[tuple[str, str, Value]])
    _defaults: dict[tuple[str, str, str], Value] = field(factory=dict[tuple[str, str, str], Value])

    def once(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """What `make` gave the first time for this key."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def own(self, machine: Machine, index: int, remake: Callable[[Machine], int], *, is_station: bool = False) -> int:
        """Note that a context (or station) belongs to the VM alone; gives its index back."""
        self.owned.setdefault(machine, []).append(Owned(is_station=is_station, index=index, remake=remake))
        return index

    def card(self, card_id: str, shape: type[_Card]) -> _Card:
        """A cost card, read once."""
        return self.once(("card", card_id, shape), lambda: read_card(self.catalog, card_id, shape))

    def card_value(self, card_id: str, name: str, default: float = 0.0) -> float:
        """One number of a card that has no shape of its own; the default where the catalogue lacks card or value."""
        card = self.catalog.cards.get(card_id)
        return default if card is None else number_of(card.values, name, default)

    def number(self, block: Block, name: str) -> float:
        """A parameter of a block. Raises PlanError when it is not a number."""
        value = self.value(block, name)
        if isinstance(value, str):
            raise PlanError(f"parameter {name} should be a number.", where=block.name)
        if abs(value) > _LARGEST_NUMBER:
            raise PlanError(f"parameter {name} is {value:g}, far beyond any machine.", where=block.name)
        return float(value)

    def text(self, block: Block, name: str) -> str:
        """A text or choice parameter of a block."""
        return str(self.value(block, name))

    def switch(self, block: Block, name: str) -> bool:
        """A yes-or-no parameter of a block."""
        return bool(self.value(block, name))

    def value(self, block: Block, name: str) -> Value:
        """A parameter of a block, defaults applied. Raises PlanError for an impossible value."""
        if name in block.parameters:
            return self._entered(block, name)
        key = (block.kind, block.product, name)
        if key not in self._defaults:
            try:
                self._defaults[key] = self.catalog.default(block, name)
            except CatalogError as error:
                raise PlanError(error.message, where=block.name, hint=error.hint) from error
        return self._defaults[key]

    def whole(self, block: Block, name: str) -> int:
        """A whole-number parameter of a block."""
        return int(self.number(block, name))

    def _entered(self, block: Block, name: str) -> Value:
        """A value of the block's own. Raises PlanError when the catalogue does not allow it."""
        value = block.parameters[name]
        key = (block.kind, name, value)
        if key not in self._allowed:
            parameter = self.catalog.kind(block.kind).parameter(name)
            problem = "the kind has no such parameter." if parameter is None else value_problem(parameter, value)
            if problem:
                raise PlanError(f"parameter {name}: {problem}", where=block.name)
            self._allowed.add(key)
        return value

    def fact(self, block: Block, path: str, default: Any = None) -> Any:
        """A fact about the block's product."""
        key = (block.product, path)
        if key not in self._facts:
            self._facts[key] = self.catalog.fact(block, path, _UNKNOWN)
        found = self._facts[key]
        return default if found is _UNKNOWN else found

    def driver_costs(self, driver: System | Hypervisor) -> DriverCosts:
        """The I/O path of a system or of a hypervisor with drivers of its own."""
        default = DEFAULT_SYSTEM_COSTS if isinstance(driver, System) else DEFAULT_MONOLITHIC_COSTS
        return self.card(str(self.fact(driver.block, "costs", default)), DriverCosts)


def hardware_of(machine: Machine) -> Machine:
    """The host at the bottom."""
    while machine.provider is not None:
        machine = machine.provider.machine
    return machine


def threads_per_core(assembly: Assembly, host: Machine) -> int:
    """Threads of a core that are scheduled apart; one under the core scheduler, which never shares a core.

    Source: Microsoft Docs, Manage Hyper-V hypervisor scheduler types: no SMT, the whole core.
    """
    if any(assembly.value(hypervisor.block, "scheduler") == "core" for hypervisor in host.hypervisors):
        return 1
    return assembly.whole(host.block, "threads_per_core")


def processors_of(assembly: Assembly, machine: Machine) -> int:
    """How many processors a machine has for what runs on it."""
    return assembly.once(("processor count", machine), lambda: _processors_of(assembly, machine))


def _processors_of(assembly: Assembly, machine: Machine) -> int:
    block = machine.block
    if machine.provider is None:
        cores = assembly.whole(block, "sockets") * assembly.whole(block, "cores_per_socket")
        return cores * threads_per_core(assembly, machine)
    given = assembly.whole(block, "virtual_processors")
    if block.kind == "parent_partition":
        below = processors_of(assembly, machine.provider.machine)
        return min(given, below) if given > 0 else below
    most = _most_processors(assembly, machine, machine.provider)
    if 0 < most < given:
        assembly.builder.note(f"{machine.provider.block.name} gives {block.name} {most} of its {given} processors.")
        return most
    return given


def _most_processors(assembly: Assembly, machine: Machine, hypervisor: Hypervisor) -> int:
    """Virtual processors that the product gives one VM; 0 where no bound is known."""
    most = assembly.fact(hypervisor.block, "limits.vcpus_per_vm", 0)
    if assembly.value(machine.block, "generation") == "2":
        most = assembly.fact(hypervisor.block, "limits.vcpus_per_vm_gen2", most)
    return int(most) if isinstance(most, int | float) else 0
