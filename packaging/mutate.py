"""Where do the tests not bite? Puts small mistakes into a copy of the sources, one at a time, and counts the unnoticed.

    python3 packaging/mutate.py                                20 mutants of every area
    python3 packaging/mutate.py editor files --sample 40       of two areas
    python3 packaging/mutate.py --again survivors.json --tests tests/editor/test_slots.py

The sample depends on nothing but the sources and `--seed`. Mutants in `packaging/mutation/equivalent.toml` change
nothing that anybody could notice, and say why; they are not counted. Needs a POSIX system. A test that writes outside
of its own folder would let a mutant break the machine: there must be none.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import environment
from mutation.areas import AREAS
from mutation.operators import Mutant, mutants_of

CHECKOUT = Path(__file__).resolve().parent.parent
EQUIVALENT = CHECKOUT / "packaging" / "mutation" / "equivalent.toml"


def sample_of(area: str, *, size: int, seed: int, files: str = "") -> list[Mutant]:
    """`size` mutants of an area, the same ones for the same sources and seed; none that is known to change nothing."""
    equivalents = known_equivalents()
    every: list[Mutant] = []
    for path in AREAS[area].files(CHECKOUT):
        name = path.relative_to(CHECKOUT).as_posix()
        if files in name:
            every += mutants_of(path.read_text(encoding="utf-8"), name)
    counted = [mutant for mutant in every if (mutant.file, mutant.before, mutant.after) not in equivalents]
    return random.Random(f"{seed}/{area}").sample(counted, min(size, len(counted)))


def known_equivalents() -> dict[tuple[str, str, str], str]:
    """File, text and mutated text of the mutants that change nothing, with the reason."""
    with EQUIVALENT.open("rb") as file:
        rows = tomllib.load(file).get("mutant", [])
    return {(row["file"], row["before"], row["after"]): row["why"] for row in rows}


def try_area(area: str, sample: list[Mutant], folder: Path, options: argparse.Namespace) -> list[Mutant]:
    """Tries the sample in a fresh copy, prints each survivor, gives them back."""
    from mutation.trial import Trial  # needs the coverage package, which the environment has

    trial = Trial(CHECKOUT, folder, is_compiled=area != "kernel")
    tests = options.tests or AREAS[area].present_tests(CHECKOUT)
    began = time.monotonic()
    coverage = trial.coverage(tests)
    print(
        f"{area}: {len(coverage.seconds)} tests pass on the unchanged sources, {len(coverage.not_passed)} are left out "
        f"({time.monotonic() - began:.0f} s)",
        flush=True,
    )
    survivors: list[Mutant] = []
    for mutant in sample:
        chosen = coverage.tests_for(mutant, covering=options.seconds, others=options.seconds / 2)
        how = trial.kills(mutant, chosen, seconds=sum(coverage.seconds[test] for test in chosen)) if chosen else ""
        if not how:
            survivors.append(mutant)
        if not how or options.verbose:
            print(f"  {'killed' if how else 'SURVIVED'} {describe(mutant)} {how[:160]}", flush=True)
    return survivors


def describe(mutant: Mutant) -> str:
    """Where it is and what it does, in one line."""
    before, after = (" ".join(text.split())[:90] for text in (mutant.before, mutant.after))
    return f"{mutant.file}:{mutant.line} {mutant.kind}: {before} -> {after}"


def main(argv: list[str]) -> int:
    """Prints the table; 1 if an area stays below `--goal`."""
    options = _arguments(argv)
    if CHECKOUT not in Path(sys.prefix).parents:  # not yet the Python of the private environment
        python = environment.ready(CHECKOUT, with_tests=True)
        return environment.hand_over([str(python), str(Path(__file__).resolve()), *argv])
    again = set(json.loads(options.again.read_text(encoding="utf-8"))) if options.again else None
    rows: list[tuple[str, int, int]] = []
    left: list[str] = []
    for area in options.areas or AREAS:
        sample = sample_of(area, size=10**9 if again else options.sample, seed=options.seed, files=options.files)
        sample = [mutant for mutant in sample if again is None or mutant.name in again]
        if options.list:
            print(*(describe(mutant) for mutant in sample), sep="\n")
        if options.list or not sample:
            continue
        with tempfile.TemporaryDirectory(prefix="hvstudio-mutants-") as folder:
            survivors = try_area(area, sample, Path(folder), options)
        rows.append((area, len(sample), len(survivors)))
        left += [mutant.name for mutant in survivors]
        print(_row(*rows[-1]), flush=True)
    if options.survivors:
        options.survivors.write_text(json.dumps(left, indent=1), encoding="utf-8")
    print("\narea         mutants  killed   rate", *(_row(*row) for row in rows), sep="\n")
    return int(any(100 * (size - alive) < options.goal * size for _, size, alive in rows))


def _row(area: str, size: int, alive: int) -> str:
    return f"{area:12} {size:7} {size - alive:7} {100 * (size - alive) / size:5.0f} %"


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="packaging/mutate.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("areas", nargs="*", choices=[*AREAS, []], metavar="AREA", help=f"of {', '.join(AREAS)}")
    parser.add_argument("--sample", type=int, default=20, help="mutants an area (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another sample (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=30.0, help="of tests for one mutant (default: %(default)s)")
    parser.add_argument("--goal", type=float, default=85.0, help="percent killed in every area (default: %(default)s)")
    parser.add_argument("--files", default="", help="only files whose path has this in it")
    parser.add_argument("--tests", nargs="+", default=[], help="these tests instead of those of the area")
    parser.add_argument("--survivors", type=Path, help="write the names of the survivors to this file")
    parser.add_argument("--again", type=Path, help="only the mutants named in such a file")
    parser.add_argument("--list", action="store_true", help="print the sample and try nothing")
    parser.add_argument("--verbose", action="store_true", help="print every mutant and what killed it")
    return parser.parse_args(argv)


if __name__ == "__main__":
    os.environ.pop("PYTEST_ADDOPTS", None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends what it started and removes its copy
    sys.exit(main(sys.argv[1:]))
