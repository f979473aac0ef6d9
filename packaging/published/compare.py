"""Set predictions beside published measurements: `python packaging/published/compare.py --tables FILE -o OUT.md`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "packaging"), str(HERE)]

from fitted import was_fitted_on, way_of  # noqa: E402
from outcome import Outcome, evaluate, summary  # noqa: E402
from report import write_report  # noqa: E402
from tables import load_tables  # noqa: E402

from hvstudio.catalog.catalog import Catalog  # noqa: E402
from hvstudio.catalog.load import load_catalog, shipped_catalog  # noqa: E402
from hvstudio.simulation.kernel.engine import engine_name  # noqa: E402

DEFAULT_TABLES = REPOSITORY.parent / "shared" / "reference" / "published-tables.json"


def comparison_catalog() -> Catalog:
    """The shipped catalogue and the systems that only the comparison needs."""
    text = (HERE / "products.toml").read_text(encoding="utf-8")
    return load_catalog([("products.toml", text)], base=shipped_catalog())


def main() -> int:
    """Predict all rows, write the page, print the summary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=Path, default=DEFAULT_TABLES, help="the JSON file of published tables")
    parser.add_argument("-o", "--out", type=Path, default=HERE / "report.md")
    parser.add_argument("--only", default="", help="tables whose id contains this; writes no page")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON; writes no page")
    arguments = parser.parse_args()
    if not arguments.tables.is_file():
        print(f"{arguments.tables}: there is no such file. Name the file of published tables with --tables.",
              file=sys.stderr)  # fmt: skip
        return 2
    tables = load_tables(arguments.tables)
    progress = None if arguments.json else print
    catalog = comparison_catalog()
    outcomes, skipped = evaluate(tables, catalog, wanted=arguments.only, progress=progress)
    if arguments.json:
        without = [{"table": item.row.table, "system": item.row.system, "reason": item.reason} for item in skipped]
        print(json.dumps({"rows": [_json(outcome) for outcome in outcomes], "without": without}, indent=1))
        return 0
    _print_summary(outcomes)
    if not arguments.only:
        write_report(arguments.out, outcomes, skipped, tables, catalog=catalog, engine=engine_name())
    return 0


def _json(outcome: Outcome) -> dict[str, object]:
    return {"table": outcome.row.table, "system": outcome.row.system, "kind": outcome.kind,
            "measured": outcome.measured, "predicted": outcome.predicted, "error": outcome.error,
            "fitted_on": was_fitted_on(outcome.row), "way": way_of(outcome.row)}  # fmt: skip


def _print_summary(outcomes: Sequence[Outcome]) -> None:
    for kind in ("ratio", "share", "absolute"):
        found = summary([outcome for outcome in outcomes if outcome.kind == kind])
        print(f"{kind}: {found.rows} rows, median {found.median:.1%}, worst {found.worst:.1%}, "
              f"{found.within_10} within 10 %, {found.within_25} within 25 %")  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
