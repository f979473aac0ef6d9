"""Predict every row of the published tables: what came out, what was measured, how far apart."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence

import cases_barham
import cases_early
import cases_felter
import cases_kvm
from attrs import frozen
from cases import Case, DirectCase, NotExpressed, RatioCase
from cases_direct import direct_cases
from runs import predict
from tables import Row, Table

from hvstudio.catalog.catalog import Catalog


@frozen(kw_only=True)
class Outcome:
    """One row with its prediction. `kind` is "ratio", "share" or "absolute"; `error` is relative to the measured."""

    row: Row
    kind: str
    measured: float
    predicted: float
    unit: str
    basis: str
    detail: str = ""

    @property
    def error(self) -> float:
        """Predicted over measured, less one."""
        return self.predicted / self.measured - 1.0

    @property
    def label(self) -> str:
        """The row's short name in figures."""
        return f"{self.row.table}: {self.row.system}"[:54]


@frozen(kw_only=True)
class Skipped:
    """One row without a prediction, and why."""

    row: Row
    reason: str


def case_of(table: Table, row: Row, tables: Mapping[str, Table]) -> Case | None:
    """How a row is predicted; None when nothing is written for it. Families of tables are read, not single ids."""
    for module in (cases_felter, cases_barham, cases_kvm, cases_early):
        case = module.case_for(table, row, tables)
        if case is not None:
            return case
    return next((case for case in direct_cases() if (case.table, case.system) == (table.id, row.system)), None)


def evaluate(
    tables: Mapping[str, Table],
    catalog: Catalog,
    *,
    wanted: str = "",
    progress: Callable[[str], None] | None = None,
) -> tuple[list[Outcome], list[Skipped]]:
    """Predict all rows whose table's id contains `wanted`."""
    outcomes: list[Outcome] = []
    skipped: list[Skipped] = []
    chosen = [(table, row) for table in tables.values() for row in table.rows if wanted in table.id]
    for table, row in chosen:
        result = _row(table, row, tables, catalog)
        if isinstance(result, Outcome):
            outcomes.append(result)
            if progress is not None:
                progress(f"{result.label}: measured {result.measured:.4g}, predicted {result.predicted:.4g}")
        elif result is not None:
            skipped.append(result)
    return outcomes, skipped


def _row(table: Table, row: Row, tables: Mapping[str, Table], catalog: Catalog) -> Outcome | Skipped | None:
    """None for the reference rows themselves."""
    if row.vmm_type == "native":
        return None
    if row.vmm_type == "container":
        return Skipped(row=row, reason="a container is no virtual machine")
    case = case_of(table, row, tables)
    if case is None:
        return Skipped(row=row, reason="no case is written for this row")
    if isinstance(case, NotExpressed):
        return Skipped(row=row, reason=case.reason)
    if isinstance(case, DirectCase):
        measured = row.value if case.measured is None else case.measured
        return Outcome(row=row, kind=case.kind, measured=measured, predicted=case.predict(catalog),
                       unit=table.unit if case.kind == "absolute" else "", basis=case.formula)  # fmt: skip
    return _ratio(table, row, case, catalog)


def _ratio(table: Table, row: Row, case: RatioCase, catalog: Catalog) -> Outcome:
    result = predict(case, catalog)
    measured = row.relative if row.relative is not None else row.value
    if case.metric == "busy" and table.native is not None:
        measured = (100.0 - table.native.value) / (100.0 - row.value)
    detail = f"native {result.native:.4g}, virtual {result.virtual:.4g}"
    if result.solved:
        detail += f"; solved natively: {result.solved}"
    return Outcome(row=row, kind="ratio", measured=measured, predicted=result.ratio, unit="", basis=case.assumed,
                   detail=detail)  # fmt: skip


@frozen(kw_only=True)
class Summary:
    """Errors of a group of rows."""

    rows: int
    median: float
    worst: float
    within_10: int
    within_25: int


def summary(outcomes: Sequence[Outcome]) -> Summary:
    """Median and worst absolute error, and how many rows are within 10 and 25 %."""
    errors = [abs(outcome.error) for outcome in outcomes]
    return Summary(
        rows=len(errors),
        median=statistics.median(errors) if errors else 0.0,
        worst=max(errors, default=0.0),
        within_10=sum(error <= 0.10 for error in errors),
        within_25=sum(error <= 0.25 for error in errors),
    )
