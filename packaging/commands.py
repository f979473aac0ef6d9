"""What `bootstrap.py run` and `bootstrap.py test` do."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import environment
import system_packages
from reporting import SetupError, say

CHECKOUT = Path(__file__).resolve().parent.parent
FIRST_EXAMPLE = CHECKOUT / "resources" / "examples" / "hyper-v-2016.hvs"


def run(file: Path | None, *, terminal: bool) -> int:
    """Opens `file` (else the first example) in the studio; where no window can open, does the same in the terminal."""
    if file is not None and not file.exists():
        raise SetupError(f"there is no file {file}")
    reason = "--terminal was given" if terminal else system_packages.why_no_window()
    system_packages.provide(system_packages.FOR_PICTURES if reason else system_packages.FOR_WINDOW)
    if not reason and (missing := system_packages.missing(system_packages.QT_LIBRARIES)):
        reason = f"system libraries of Qt are missing ({', '.join(missing)})"
    python = environment.ready(CHECKOUT, with_tests=False)
    if not reason:
        return environment.hand_over([str(python), "-m", "hvstudio", *([str(file)] if file else [])])
    say(f"No window can open here ({reason}): the same job in the terminal.")
    return environment.hand_over(
        [str(python), str(CHECKOUT / "packaging" / "terminal_tour.py"), str(file or FIRST_EXAMPLE)]
    )


def test(pytest_arguments: list[str], *, lowest: bool, coverage: bool) -> int:
    """Runs the whole suite, first everything without a real window in parallel, then the real window by itself.

    With `lowest` in an environment of the lowest versions that pyproject.toml allows; with `coverage` the quick tests
    alone, and a table of what they run of each area. Continuous integration runs both, one after the other: tracing
    makes tests two to three times slower, so what has to keep up with a clock runs without it.
    """
    system_packages.provide(system_packages.FOR_TESTS)
    python = environment.ready(CHECKOUT, with_tests=True, lowest=lowest)
    if pytest_arguments:
        return _pytest(python, *pytest_arguments)[0]
    parallel = ["-n", str(max(2, min(8, os.cpu_count() or 2))), "--dist", "loadgroup"]
    if coverage:
        return _covered(python, parallel)
    runs = [
        ("everything without a real window", _pytest(python, "-m", "not e2e", *parallel)),
        ("a real window and a real mouse", _pytest(python, "-m", "e2e")),
    ]
    codes = [code for _, (code, _) in runs]
    if os.environ.get("CI") and not any(codes) and _covered(python, parallel):
        # Told, not failed, until the floors are those of a whole pass: so far they come from runs of single areas.
        say("an area is covered less than its floor; see the table above")
    for what, (_, closing_line) in runs:
        say(f"{what}: {closing_line}")
    return max(codes)


def _covered(python: Path, parallel: list[str]) -> int:
    """Runs the quick tests traced and prints what they run of each area; 1 if an area is below its floor.

    Whether the tests pass is not asked here: some have to keep up with a clock, which a traced program does not.
    """
    _pytest(python, "-m", "not e2e and not slow", *parallel, "--cov=hvstudio", "--cov-report=")
    table = [str(python), str(CHECKOUT / "packaging" / "covering.py")]
    return subprocess.run(table, cwd=CHECKOUT, check=False).returncode


def _pytest(python: Path, *arguments: str) -> tuple[int, str]:
    """The exit code and the closing line of one pytest run, whose output is passed on as it comes."""
    closing_line = "pytest said nothing"
    command = [str(python), "-m", "pytest", *arguments]
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, errors="replace"
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            closing_line = line.strip(" =\n") or closing_line
    return process.returncode, closing_line


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="packaging/bootstrap.py", description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    run_command = commands.add_parser("run", help="prepare what is needed and open the studio")
    run_command.add_argument(
        "file", nargs="?", type=Path, default=FIRST_EXAMPLE, help="a .hvs file (default: %(default)s)"
    )
    run_command.add_argument("--terminal", action="store_true", help="do the job in the terminal, without a window")
    test_command = commands.add_parser("test", help="prepare what is needed and run the whole test suite")
    test_command.usage = "packaging/bootstrap.py test [--lowest] [--coverage] [ARGUMENTS FOR PYTEST]"
    test_command.add_argument("--lowest", action="store_true", help="with the lowest versions that are allowed")
    test_command.add_argument("--coverage", action="store_true", help="print what the tests run of every area")
    test_command.set_defaults(pytest_arguments=[])
    if argv[:1] == ["test"] and not {"-h", "--help"} & set(argv):
        own = {"--lowest", "--coverage"}
        return argparse.Namespace(
            command="test",
            lowest="--lowest" in argv,
            coverage="--coverage" in argv,
            pytest_arguments=[argument for argument in argv[1:] if argument not in own],
        )
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    """Does what the command line asks; 3 if something could not be prepared."""
    arguments = _arguments(argv)
    try:
        if arguments.command == "run":
            return run(arguments.file, terminal=arguments.terminal)
        return test(arguments.pytest_arguments, lowest=arguments.lowest, coverage=arguments.coverage)
    except SetupError as error:
        print(f"HVStudio: {error}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("HVStudio: stopped.", file=sys.stderr)
        return 130
