"""The line under a block's name: the few facts a person looks for first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from hvstudio.catalog.catalog import Catalog, choice_label
from hvstudio.model.document import Block
from hvstudio.units import Quantity, format_quantity

SEPARATOR: Final = " · "

_Facts: TypeAlias = Callable[[Catalog, Block], list[str]]


def key_facts(catalog: Catalog, block: Block) -> str:
    """The second line of a block: its product where the name does not say it, then its key numbers."""
    found = _FACTS.get(block.kind)
    facts = found(catalog, block) if found is not None and block.kind in catalog.kinds else []
    product = catalog.product_of(block)
    if product is not None and product.label.casefold() not in block.name.casefold():
        facts = [product.label, *facts]
    return SEPARATOR.join(facts)


def _amount(catalog: Catalog, block: Block, name: str, quantity: Quantity) -> str:
    return format_quantity(catalog.number(block, name), quantity)


def _host(catalog: Catalog, block: Block) -> list[str]:
    sockets, cores = catalog.integer(block, "sockets"), catalog.integer(block, "cores_per_socket")
    threads = catalog.integer(block, "threads_per_core")
    count = f"{sockets} × {_plural(cores, 'core')}" if sockets > 1 else _plural(cores, "core")
    if threads > 1:
        count += f" × {threads} threads"
    return [count, _amount(catalog, block, "clock_hz", Quantity.HERTZ), _memory(catalog, block)]


def _memory(catalog: Catalog, block: Block) -> str:
    return _amount(catalog, block, "memory_bytes", Quantity.BYTES)


def _disk(catalog: Catalog, block: Block) -> list[str]:
    return [_amount(catalog, block, "capacity_bytes", Quantity.BYTES)]


def _nic(catalog: Catalog, block: Block) -> list[str]:
    return [_amount(catalog, block, "speed_bits_per_s", Quantity.BITS_PER_SECOND)]


def _virtual_machine(catalog: Catalog, block: Block) -> list[str]:
    return [f"{catalog.integer(block, 'virtual_processors')} vCPU", _memory(catalog, block), *_controls(catalog, block)]


def _parent_partition(catalog: Catalog, block: Block) -> list[str]:
    processors = catalog.integer(block, "virtual_processors")
    return [*([f"{processors} vCPU"] if processors else []), _memory(catalog, block), *_controls(catalog, block)]


def _controls(catalog: Catalog, block: Block) -> list[str]:
    """Weight, reserve and limit, each only where somebody set it."""
    shown: list[str] = []
    if catalog.value(block, "cpu_weight") != catalog.default(block, "cpu_weight"):
        shown.append(f"weight {catalog.number(block, 'cpu_weight'):g}")
    if catalog.number(block, "cpu_reserve") > 0:
        shown.append(f"reserve {_amount(catalog, block, 'cpu_reserve', Quantity.FRACTION)}")
    if catalog.number(block, "cpu_limit") < 1:
        shown.append(f"limit {_amount(catalog, block, 'cpu_limit', Quantity.FRACTION)}")
    return shown


def _virtual_disk(catalog: Catalog, block: Block) -> list[str]:
    return [_amount(catalog, block, "capacity_bytes", Quantity.BYTES), _choice(catalog, block, "device_model")]


def _virtual_nic(catalog: Catalog, block: Block) -> list[str]:
    return [_choice(catalog, block, "device_model")]


def _virtual_switch(catalog: Catalog, block: Block) -> list[str]:
    return [catalog.text(block, "reach").capitalize()]


def _workload(catalog: Catalog, block: Block) -> list[str]:
    arrivals = catalog.text(block, "arrivals")
    if arrivals == "open":
        return [_amount(catalog, block, "rate_per_s", Quantity.PER_SECOND)]
    if arrivals == "trace":
        return ["trace"]
    clients = catalog.integer(block, "clients")
    return [_plural(clients, "client") if arrivals == "closed" else f"{clients} at once"]


def _choice(catalog: Catalog, block: Block, name: str) -> str:
    parameter = catalog.kind(block.kind).parameter(name)
    value = catalog.text(block, name)
    return value if parameter is None else choice_label(parameter, value).partition(" (")[0]


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_FACTS: Final[Mapping[str, _Facts]] = {
    "host": _host,
    "disk": _disk,
    "nic": _nic,
    "vm": _virtual_machine,
    "parent_partition": _parent_partition,
    "virtual_disk": _virtual_disk,
    "virtual_nic": _virtual_nic,
    "virtual_switch": _virtual_switch,
    "workload": _workload,
}
