"""The catalogue in memory: kinds, products and cost cards, and the value a parameter has on a block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeVar

from attrs import field, frozen

from hvstudio.catalog.cards import CostCard, Nesting, PageCache, Paging, Peers, Processor
from hvstudio.catalog.declaration import Choice, Kind, Parameter, Product, Source
from hvstudio.catalog.facts import HypervisorFacts, SystemFacts
from hvstudio.catalog.kinds import KINDS
from hvstudio.errors import CatalogError
from hvstudio.model.document import Block, Value

_Card = TypeVar("_Card", bound=CostCard)
_UNNAMED_HYPERVISOR: Final = HypervisorFacts()
_UNNAMED_SYSTEM: Final = SystemFacts()


@frozen(kw_only=True, eq=False)
class Catalog:
    """Everything that can be put on a canvas. `cards` are cost cards by id; `hypervisors` and `systems` are what the
    products of these kinds state, by the product's id.
    """

    kinds: Mapping[str, Kind]
    products: Mapping[str, Product]
    cards: Mapping[str, CostCard]
    hypervisors: Mapping[str, HypervisorFacts] = field(factory=dict[str, HypervisorFacts])
    systems: Mapping[str, SystemFacts] = field(factory=dict[str, SystemFacts])

    def kind(self, name: str) -> Kind:
        """The kind of that name; CatalogError if there is none."""
        kind = self.kinds.get(name)
        if kind is None:
            raise CatalogError("this kind of block is not known", where=name, hint="A newer HVStudio may know it.")
        return kind

    def product(self, product_id: str) -> Product | None:
        """The product of that id; None for the empty id and for ids unknown here."""
        return self.products.get(product_id)

    def product_of(self, block: Block) -> Product | None:
        """The product a block is, if it is one."""
        return self.products.get(block.product)

    def products_of(self, kind: str) -> Iterator[Product]:
        """The products of a kind in catalogue order."""
        return (product for product in self.products.values() if product.kind == kind)

    def hypervisor(self, product_id: str) -> HypervisorFacts:
        """What the hypervisor of that id states; for the empty id and unknown ids, a hypervisor without a product."""
        return self.hypervisors.get(product_id, _UNNAMED_HYPERVISOR)

    def system(self, product_id: str) -> SystemFacts:
        """What the operating system of that id states; for the empty id and unknown ids, one without a product."""
        return self.systems.get(product_id, _UNNAMED_SYSTEM)

    def card(self, card_id: str) -> CostCard:
        """The cost card of that id; CatalogError if there is none."""
        card = self.cards.get(card_id)
        if card is None:
            raise CatalogError("no cost card of this id", where=card_id)
        return card

    def card_of(self, shape: type[_Card], card_id: str) -> _Card:
        """The cost card of that id, which is of that shape; CatalogError if there is none."""
        card = self.card(card_id)
        if not isinstance(card, shape):
            raise CatalogError(f"this cost card is no {shape.__name__}", where=card_id)
        return card

    @property
    def processor(self) -> Processor:
        """What the hardware costs."""
        return self.card_of(Processor, "processor")

    @property
    def nesting(self) -> Nesting:
        """What an exit of a VM inside a VM becomes."""
        return self.card_of(Nesting, "nesting")

    @property
    def peers(self) -> Peers:
        """What it costs that a hypervisor and a system beside it take turns."""
        return self.card_of(Peers, "peers")

    @property
    def page_cache(self) -> PageCache:
        """How far a system caches its disks."""
        return self.card_of(PageCache, "page-cache")

    @property
    def paging(self) -> Paging:
        """What memory costs that is not there."""
        return self.card_of(Paging, "paging")

    def default(self, block: Block, name: str) -> Value:
        """What the parameter is when the block says nothing: its product's default, else its kind's."""
        product = self.products.get(block.product)
        if product is not None and name in product.defaults:
            return product.defaults[name]
        return self._parameter(block, name).default

    def value(self, block: Block, name: str) -> Value:
        """The parameter's value on this block, defaults applied."""
        return block.parameters[name] if name in block.parameters else self.default(block, name)

    def number(self, block: Block, name: str) -> float:
        """A numeric parameter's value."""
        value = self.value(block, name)
        if isinstance(value, str):
            raise CatalogError(f"parameter {name} should be a number", where=block.name)
        return float(value)

    def integer(self, block: Block, name: str) -> int:
        """A whole-number parameter's value."""
        return int(self.number(block, name))

    def switch(self, block: Block, name: str) -> bool:
        """A yes-or-no parameter's value."""
        return bool(self.value(block, name))

    def text(self, block: Block, name: str) -> str:
        """A text or choice parameter's value."""
        return str(self.value(block, name))

    def source(self, block: Block, name: str) -> Source:
        """Where the parameter's present value comes from."""
        if name in block.parameters:
            return Source("entered on this block")
        product = self.products.get(block.product)
        if product is not None and name in product.defaults:
            return product.sources.get(name, Source(f"{product.label}: no source given", estimate=True))
        return self._parameter(block, name).source

    def _parameter(self, block: Block, name: str) -> Parameter:
        parameter = self.kind(block.kind).parameter(name)
        if parameter is None:
            raise CatalogError(f"a block of kind {block.kind} has no parameter {name}", where=block.name)
        return parameter


def choice_label(parameter: Parameter, value: str) -> str:
    """How a choice reads; the raw value when it is not one of the choices."""
    found: Choice | None = next((choice for choice in parameter.choices if choice.value == value), None)
    return value if found is None else found.label


def empty_catalog() -> Catalog:
    """The kinds alone, without products: for tests."""
    return Catalog(kinds=KINDS, products={}, cards={})
