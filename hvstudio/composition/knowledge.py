"""What the catalogue says, laid out for fast reading: effective values by kind and product, facts, cost cards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.declaration import Parameter, Seat
from hvstudio.catalog.facts import HypervisorFacts, SystemFacts
from hvstudio.catalog.fitting import value_problem
from hvstudio.model.document import Block, Value

_NO_VALUES: Mapping[str, Any] = {}


class Judged(NamedTuple):
    """The effective values of a block; `impossible` names what does not fit with its problem, `unknown` what is new."""

    values: Mapping[str, Any]
    impossible: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    given: Mapping[str, Any]


def _same_types(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether equal values are of the same types (True equals 1 and would otherwise pass for it)."""
    return one is other or all(value.__class__ is other[name].__class__ for name, value in one.items())


class Knowledge:
    """The catalogue with its answers kept: effective values of blocks, facts of products."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._defaults: dict[tuple[str, str], Mapping[str, Value]] = {}
        self._judged: dict[tuple[object, ...], Judged] = {}
        self._together: dict[tuple[str, str, str], bool] = {}
        self._parameters: dict[str, dict[str, Parameter]] = {}
        self._problems: dict[tuple[str, str, type, object], str] = {}

    def facts(self, product_id: str) -> HypervisorFacts:
        """What a hypervisor product states; a hypervisor without a product for the empty id and unknown ids."""
        return self.catalog.hypervisor(product_id)

    def system_facts(self, product_id: str) -> SystemFacts:
        """What an operating system states; one without a product for the empty id and unknown ids."""
        return self.catalog.system(product_id)

    def defaults(self, kind: str, product: str) -> Mapping[str, Value]:
        """What every parameter of a kind is when the block says nothing; empty for kinds unknown here."""
        found = self._defaults.get((kind, product))
        if found is None:
            found = self._defaults[kind, product] = self._build_defaults(kind, product)
        return found

    def judged(self, block: Block) -> Judged:
        """What every parameter of the block is, and which entries cannot be; those are read as the default.

        Kept by content, so that thousands of blocks that are alike cost one look-up each.
        """
        if not block.parameters:
            return self._plain(block.kind, block.product)
        try:
            key = (block.kind, block.product, *block.parameters.items())
            found = self._judged.get(key)
        except TypeError:
            return self._judge(block)
        if found is None or not _same_types(found.given, block.parameters):
            found = self._judged[key] = self._judge(block)
        return found

    def values(self, block: Block) -> Mapping[str, Any]:
        """What every parameter of the block is; entries that cannot be are read as the default."""
        return self.judged(block).values

    def _plain(self, kind: str, product: str) -> Judged:
        found = self._judged.get((kind, product))
        if found is None:
            found = self._judged[kind, product] = Judged(self.defaults(kind, product), (), (), _NO_VALUES)
        return found

    def _judge(self, block: Block) -> Judged:
        defaults, kind = self.defaults(block.kind, block.product), block.kind
        problems = tuple((name, self.problem(kind, name, value)) for name, value in block.parameters.items())
        impossible = tuple((name, problem) for name, problem in problems if problem)
        bad = {name for name, _ in impossible}
        unknown = tuple(name for name in block.parameters if name not in defaults)
        fitting = {name: value for name, value in block.parameters.items() if name in defaults and name not in bad}
        return Judged({**defaults, **fitting}, impossible, unknown, block.parameters)

    def goes_together(self, kind: str, product: str, support_kind: str) -> bool:
        """Whether the kind is known, the product one of it, and the support (empty: none) one that it has a slot on."""
        key = (kind, product, support_kind)
        found = self._together.get(key)
        if found is None:
            declared = self.catalog.kinds.get(kind)
            known = self.catalog.products.get(product)
            found = self._together[key] = (
                declared is not None
                and (not product or (known is not None and known.kind == kind))
                and (support_kind in declared.supports if support_kind else declared.seat is Seat.FREE)
            )
        return found

    def parameter(self, kind: str, name: str) -> Parameter | None:
        """The declaration of a parameter, if the kind has it."""
        found = self._parameters.get(kind)
        if found is None:
            declared = self.catalog.kinds.get(kind)
            found = {item.name: item for item in declared.parameters} if declared else {}
            self._parameters[kind] = found
        return found.get(name)

    def problem(self, kind: str, name: str, value: object) -> str:
        """Why a value does not fit a parameter, in a sentence; empty when it fits or the parameter is unknown."""
        try:
            key = (kind, name, value.__class__, value)
            known = self._problems.get(key)
        except TypeError:
            return "This is not a single value."
        if known is None:
            known = self._problems[key] = self._look_at(kind, name, value)
        return known

    def _look_at(self, kind: str, name: str, value: object) -> str:
        parameter = self.parameter(kind, name)
        if parameter is None:
            return ""
        try:
            return value_problem(parameter, value)
        except OverflowError:
            return f"{parameter.label} must be a number that is not infinite."

    def _build_defaults(self, kind: str, product_id: str) -> Mapping[str, Value]:
        declared = self.catalog.kinds.get(kind)
        if declared is None:
            return _NO_VALUES
        values: dict[str, Value] = {item.name: item.default for item in declared.parameters}
        product = self.catalog.product(product_id)
        if product is not None and product.kind == kind:
            values.update(product.defaults)
        return values
