"""The published measurements: read the JSON file, give rows with what they were measured against."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen


@frozen(kw_only=True)
class Row:
    """One measured value. `relative` is the ratio to native, higher is better; None where there is none."""

    table: str
    system: str
    vmm_type: str
    value: float
    relative: float | None
    extra: Mapping[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class Table:
    """One published table or one line of it. `source` is how the work is cited."""

    id: str
    source: str
    year: int
    metric: str
    unit: str
    better: str
    config: Mapping[str, Any]
    rows: tuple[Row, ...]

    @property
    def native(self) -> Row | None:
        """The row without virtualization, if the table has one."""
        return next((row for row in self.rows if row.vmm_type == "native"), None)


def load_tables(path: Path) -> dict[str, Table]:
    """The tables of a file by id."""
    return {table.id: table for table in _tables(json.loads(path.read_text(encoding="utf-8")))}


def _tables(entries: list[dict[str, Any]]) -> Iterator[Table]:
    known = {"system", "vmm_type", "value", "relative_to_native"}
    for entry in entries:
        rows = tuple(
            Row(
                table=entry["id"],
                system=row["system"],
                vmm_type=row["vmm_type"],
                value=float(row["value"]),
                relative=row.get("relative_to_native"),
                extra={name: value for name, value in row.items() if name not in known},
            )
            for row in entry["rows"]
            if row["value"] is not None
        )
        yield Table(
            id=entry["id"],
            source=entry["source"].replace("this sandbox", "own measurement"),
            year=entry["year"],
            metric=entry["metric"],
            unit=entry["unit"],
            better=entry["better"],
            config=entry["config"],
            rows=rows,
        )
