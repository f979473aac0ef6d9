"""Fit shared values of cost cards to published rows: `python packaging/published/fit.py [GROUP ...]`, prints them.

Least squares over all rows of a group: residuals are logarithms of predicted over measured; unknowns are logarithms
of the values, within bounds. A weak pull to where a value stood (a factor of e counts as 3 % error) decides what the
rows leave open. Nothing is written; found values go into the cards by hand. Needs SciPy.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import evolve
from compare import DEFAULT_TABLES, comparison_catalog
from fitted import GROUPS, Group, Value, is_among
from outcome import Outcome, evaluate
from scipy.optimize import least_squares
from tables import Table, load_tables

from hvstudio.catalog.catalog import Catalog

PULL = 0.03
STEP = 0.1
"""Of a logarithm, for slopes: large enough to stand out from the runs' own scatter."""


def rows_of(group: Group, tables: Mapping[str, Table]) -> dict[str, Table]:
    """The tables with the group's rows and the native ones only."""
    return {
        name: evolve(table, rows=tuple(row for row in table.rows if row.vmm_type == "native" or is_among(row, group)))
        for name, table in tables.items()
    }


def changed(catalog: Catalog, values: Sequence[Value], numbers: Sequence[float]) -> Catalog:
    """The catalogue with some values of cards replaced."""
    cards = dict(catalog.cards)
    for value, number in zip(values, numbers, strict=True):
        card = cards[value.card]
        cards[value.card] = evolve(card, **{value.name: number})
    return evolve(catalog, cards=cards)


def fit(catalog: Catalog, group: Group, tables: Mapping[str, Table]) -> Catalog:
    """Move the group's values to where they fit best."""
    chosen = rows_of(group, tables)
    values = [value for value in group.values if value.high > 0]
    start = np.log([float(getattr(catalog.card(value.card), value.name)) for value in values])
    low, high = np.log([value.low for value in values]), np.log([value.high for value in values])

    def residuals(point: Any) -> Any:
        outcomes, _ = evaluate(chosen, changed(catalog, values, [math.exp(number) for number in point]))
        return np.array([*(_residual(outcome) for outcome in outcomes), *(PULL * (point - start))])

    def slopes(point: Any) -> Any:
        here = residuals(point)
        return np.stack([(residuals(point + STEP * unit) - here) / STEP for unit in np.eye(len(point))], axis=1)

    first = np.clip(start, low + 1e-3, high - 1e-3)
    found = least_squares(residuals, first, jac=slopes, bounds=(low, high), max_nfev=6, xtol=3e-3)
    numbers = [math.exp(number) for number in found.x]
    for value, number, before in zip(values, numbers, np.exp(start), strict=True):
        print(f"{group.name}: {value.card}.{value.name} = {number:.4g} (was {before:.4g})", flush=True)
    result = changed(catalog, values, numbers)
    for outcome in evaluate(chosen, result)[0]:
        print(f"    {outcome.label}: {outcome.error:+.1%}", flush=True)
    return result


def _residual(outcome: Outcome) -> float:
    return math.log(max(outcome.predicted, 1e-9) / outcome.measured)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", help="names of groups; all that can be fitted if none is named")
    wanted = parser.parse_args().groups
    present = comparison_catalog()
    for one in GROUPS:
        if (not wanted or one.name in wanted) and any(value.high > 0 for value in one.values):
            present = fit(present, one, load_tables(DEFAULT_TABLES))
