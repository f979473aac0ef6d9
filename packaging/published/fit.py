"""Fit shared values of cost cards to published rows: `python packaging/published/fit.py GROUP`, prints what it found.

Coordinate search: each value in turn is moved over a range around its place, and stays where the sum of squared
logarithms of predicted over measured is least. Nothing is written; found values go into cost_cards.toml by hand, with
the rows named there and in fitted.py.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence

from attrs import evolve, frozen
from compare import DEFAULT_TABLES, comparison_catalog
from outcome import evaluate
from tables import Table, load_tables

from hvstudio.catalog.catalog import Catalog


@frozen(kw_only=True)
class Value:
    """One value of a card that may move between bounds."""

    card: str
    name: str
    low: float
    high: float


@frozen(kw_only=True)
class Group:
    """Values that are fitted together, and the tables whose rows they are fitted on."""

    values: tuple[Value, ...]
    tables: tuple[str, ...]


GROUPS: Mapping[str, Group] = {
    "linux-io": Group(
        values=(
            Value(card="processor", name="idle_exit_s", low=1e-6, high=8e-6),
            Value(card="cpu-slat", name="wake_cycles", low=3000, high=12000),
            Value(card="cpu-slat", name="wakeup_cycles", low=2500, high=12000),
            Value(card="nic-vhost", name="backend_cycles", low=1000, high=10000),
            Value(card="nic-vhost", name="backend_cycles_per_packet", low=1000, high=6000),
            Value(card="disk-virtio-process", name="backend_cycles", low=10000, high=40000),
            Value(card="disk-virtio-process", name="completion_cycles", low=10000, high=40000),
            Value(card="disk-virtio-process", name="backend_cycles_per_byte", low=0.1, high=1.5),
            Value(card="os-linux", name="copy_cycles_per_byte", low=0.25, high=0.8),
        ),
        tables=("felter-tcp-rr", "felter-udp-rr", "felter-redis", "felter-mysql", "felter-fio", "fc-fio"),
    ),
    "nested-walk": Group(
        values=(Value(card="cpu-slat", name="tlb_miss_cycles", low=20, high=120),),
        tables=("felter-gups", "felter-stream", "kvmperf", "felter-linpack"),
    ),
    "binary-translation": Group(
        values=(
            Value(card="cpu-binary-translation", name="page_table_update_cycles", low=390, high=6000),
            Value(card="cpu-binary-translation", name="kernel_factor", low=1.0, high=2.5),
        ),
        tables=("adams",),
    ),
    "hosted-network": Group(
        values=(
            Value(card="nic-emulated-hosted", name="handoff_cycles", low=5000, high=30000),
            Value(card="nic-pv-hosted", name="handoff_cycles", low=5000, high=30000),
            Value(card="nic-pv-hosted", name="exit_work_cycles", low=600, high=6000),
        ),
        tables=("barham-table6", "sugerman"),
    ),
    "xen-network": Group(
        values=(
            Value(card="nic-xen-pv", name="backend_cycles_per_packet", low=2000, high=20000),
            Value(card="nic-xen-pv", name="guest_cycles", low=500, high=10000),
        ),
        tables=("menon",),
    ),
}


def changed(catalog: Catalog, card_id: str, name: str, value: float) -> Catalog:
    """The catalogue with one value of one card replaced."""
    card = catalog.card(card_id)
    return evolve(catalog, cards={**catalog.cards, card_id: evolve(card, values={**card.values, name: value})})


def misfit(catalog: Catalog, tables: Mapping[str, Table]) -> float:
    """Sum of squared logarithms of predicted over measured."""
    outcomes, _ = evaluate(tables, catalog)
    return sum(math.log(max(outcome.predicted, 1e-9) / outcome.measured) ** 2 for outcome in outcomes)


def fit(catalog: Catalog, group: Group, tables: Mapping[str, Table], *, rounds: int = 2) -> Catalog:
    """Move the group's values to where they fit best."""
    chosen = {table_id: table for table_id, table in tables.items() if any(part in table_id for part in group.tables)}
    best = misfit(catalog, chosen)
    for number in range(rounds):
        for value in group.values:
            for candidate in _candidates(catalog, value, 2.0 ** (1 - number)):
                trial = changed(catalog, value.card, value.name, candidate)
                error = misfit(trial, chosen)
                if error < best:
                    best, catalog = error, trial
            now = catalog.card(value.card).values.get(value.name)
            print(f"{value.card}.{value.name} = {now:.4g}  misfit {best:.4f}")
    return catalog


def _candidates(catalog: Catalog, value: Value, spread: float) -> Sequence[float]:
    now = float(catalog.card(value.card).values.get(value.name, 0.0)) or value.high / 16
    factors = (0.3, 0.5, 0.7, 0.85, 1.18, 1.4, 2.0, 3.0)
    return [min(value.high, max(value.low, now * factor ** (spread / 2))) for factor in factors]


if __name__ == "__main__":
    names = sys.argv[1:] or list(GROUPS)
    found = comparison_catalog()
    for group_name in names:
        found = fit(found, GROUPS[group_name], load_tables(DEFAULT_TABLES))
