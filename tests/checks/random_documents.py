"""Documents grown by random edits, sound and unsound, for tests that must hold whatever is drawn."""

from __future__ import annotations

from hypothesis import strategies as st

from hvstudio.catalog.kinds import KINDS
from hvstudio.catalog.load import shipped_catalog
from hvstudio.errors import EditError
from hvstudio.model.document import Document
from hvstudio.model.edits import (
    add_block,
    attach,
    move_block,
    remove_blocks,
    rename_block,
    set_parameters,
    set_product,
    suppress_rule,
)

CATALOG = shipped_catalog()
PRODUCTS = {kind: ["", *(product.id for product in CATALOG.products_of(kind))] for kind in KINDS}
SWITCHES = [
    {"nested_virtualization": True},
    {"dynamic_memory": True, "memory_minimum_bytes": 2**31},
    {"generation": "2"},
    {"integration_services": False},
    {"virtual_processors": 9},
    {"memory_bytes": 2**36},
    {"cpu_reserve": 0.6},
    {"cpu_limit": 0.02},
    {"cpu_weight": 5000.0},
    {"scheduler": "root"},
    {"device_model": "sr-iov"},
    {"device_model": "pass-through"},
    {"device_model": "emulated", "controller": "ide", "boot": True},
    {"cache": "writeback", "format": "differencing"},
    {"slat": False},
    {"hardware_virtualization": False, "iommu": False, "is_64bit": False},
    {"cores_per_socket": 1, "memory_bytes": 2**30},
    {"capacity_bytes": 2**30},
    {"arrivals": "open", "rate_per_s": 5e4, "disk_reads": 1.0, "packets_out": 3.0},
    {"arrivals": "trace", "trace": "rubbish"},
    {"working_set_bytes": 2**40},
    {"reach": "private"},
    {"colour": 7},
    {"virtual_processors": -3},
    {"memory_bytes": "much"},
    {"clock_hz": float("inf")},
    {"clock_hz": True},
    {"boot": 1},
]
RULES_TO_SILENCE = ["structure.floating", "structure.vm-idle", "structure.vm-empty", "capacity.memory"]
STEPS = st.tuples(st.integers(0, 99), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
"""What to do, to which block, with which other block, and which variant."""


def pick(items, number: int):
    """One of the items."""
    return items[number % len(items)]


def stepped(document: Document, step: tuple[int, int, int, int]) -> Document:
    """The document after one random edit; edits that cannot be leave it as it is."""
    action, first, second, variant = step
    ids = list(document.blocks)
    if action < 45 or not ids:
        kind = pick(
            ["host", "hypervisor", "os", "vm", "vm", "virtual_disk", "virtual_nic", "workload", *KINDS], variant
        )
        likely = [item for item in ids if document.blocks[item].kind in KINDS[kind].supports]
        # Three of four land where they have a slot, so that whole stacks grow; the fourth anywhere or nowhere.
        on = pick([*likely[-3:], *likely] or [None], second) if variant % 4 else pick([None, *ids], second)
        product = pick(PRODUCTS[kind], first)
        document, added = add_block(document, kind=kind, name=f"{kind} {first % 5}", product=product, rests_on=on)
        targets = [item for item in ids if document.blocks[item].kind in KINDS[kind].attaches_to]
        return attach(document, added, pick(targets, first)) if targets and second % 5 else document
    one = pick(ids, first)
    try:
        if action < 55:
            others = [None, *ids]
            return move_block(document, one, rests_on=pick(others, second), before=pick([None, *ids], variant))
        if action < 62:
            return remove_blocks(document, [one])
        if action < 70:
            return attach(document, one, pick([None, *ids], second))
        if action < 76:
            return set_product(document, [one], pick([*PRODUCTS[document.blocks[one].kind], "unknown"], second))
        if action < 80:
            return rename_block(document, one, f"name {second % 7}")
        if action < 84:
            return suppress_rule(document, one, pick(RULES_TO_SILENCE, second), pick(["on purpose", None], variant))
        return set_parameters(document, [one], pick(SWITCHES, second))
    except EditError:
        return document


def grown(steps: list[tuple[int, int, int, int]]) -> Document:
    """A document grown by random edits."""
    document = Document()
    for step in steps:
        document = stepped(document, step)
    return document
