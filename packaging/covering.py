"""How much of each area the tests run: the table that the test command prints, with a floor for every area.

    python3 packaging/bootstrap.py test --coverage

Read from the data of one pytest run with `--cov`. The event loop is left out: it runs compiled, where it cannot be
traced, and what the tests do to it is better told by its mutants. The real window of tests/e2e is another process.
A floor is a little below what was measured, so that it holds what there is: raise it with the tests.
"""

from __future__ import annotations

import sys
from pathlib import Path

from coverage import Coverage
from mutation.areas import AREAS, PAINTING

EVENT_LOOP = "hvstudio/simulation/kernel/kernel.py"
CHECKOUT = Path(__file__).resolve().parent.parent
# Percent of the statements.
FLOORS = {
    "model": 95, "catalog": 88, "composition": 93, "checks": 94, "compile": 95, "kernel": 75, "simulation": 85,
    "files": 90, "editor": 94, "insight": 83, "cli": 65, "gui": 85, "painting": 85,
}  # fmt: skip


def measured(data: Path) -> dict[str, tuple[int, int]]:
    """Statements and those of them that ran, by area."""
    coverage = Coverage(data_file=str(data), config_file=str(CHECKOUT / "pyproject.toml"))
    coverage.load()
    found: dict[str, tuple[int, int]] = {}
    for name, area in {**AREAS, "painting": PAINTING}.items():
        files = [path for path in area.files(CHECKOUT) if path != CHECKOUT / EVENT_LOOP]
        counts = [coverage.analysis2(str(path)) for path in files]
        statements = sum(len(lines) for _, lines, _, _, _ in counts)
        found[name] = (statements, statements - sum(len(missing) for _, _, _, missing, _ in counts))
    return found


def main() -> int:
    """Prints the table; 1 if an area is below its floor."""
    low = 0
    print("area         statements  covered  floor")
    for name, (statements, ran) in measured(CHECKOUT / ".coverage").items():
        percent = 100 * ran / statements
        is_low = percent < FLOORS[name]
        low += is_low
        print(f"{name:12} {statements:10} {percent:6.1f} % {FLOORS[name]:4} %{'  TOO LOW' if is_low else ''}")
    return int(low > 0)


if __name__ == "__main__":
    sys.exit(main())
