"""A copy of the checkout in which mutants are tried: the checkout itself is never written to."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coverage import CoverageData
from mutation.operators import Mutant

NOT_COPIED = (
    ".git", ".hvstudio-env*", ".hypothesis", ".pytest_cache", ".ruff_cache", "__pycache__", "build", "dist",
    "*.egg-info", "kernel.c", "kernel.html",
)  # fmt: skip
COMPILED = ("*.so", "*.pyd")  # a mutant of the kernel would go unnoticed behind them
SECONDS_A_TEST_MAY_TAKE = 40
SECONDS_FOR_STARTING = 40.0
SLOWER_THAN_BEFORE = 6.0  # a mutant whose tests take this many times as long as without it is stuck
BYTES_OF_MEMORY = 6 << 30  # a mutant that would fill the machine's memory is stopped instead


@dataclass
class Coverage:
    """What the unchanged sources showed: seconds by passing test, and by file and line the tests that run it."""

    seconds: dict[str, float]
    not_passed: list[str]
    tests_by_line: dict[str, dict[int, set[str]]]
    module_level: set[str] = field(default_factory=set)

    def tests_for(self, mutant: Mutant, *, covering: float, others: float) -> list[str]:
        """The tests that run the mutated lines, quickest first, then others of the area, each up to so many seconds."""
        lines = self.tests_by_line.get(mutant.file, {})
        direct = set().union(*(lines.get(number, ()) for number in range(mutant.line, mutant.last_line + 1)))
        same_file = set().union(*lines.values()) - direct if lines else set()
        rest = set(self.seconds) - direct - same_file
        chosen = self._up_to(covering, direct)
        return chosen + self._up_to(others, same_file) + self._up_to(others / 2, rest)

    def _up_to(self, limit: float, tests: set[str]) -> list[str]:
        chosen: list[str] = []
        spent = 0.0
        for test in sorted(tests & self.seconds.keys(), key=lambda test: (self.seconds[test], test)):
            spent += self.seconds[test]
            if spent > limit and chosen:
                break
            chosen.append(test)
        return chosen


class Trial:
    """The copy: tells what the tests cover in it, and tries one mutant after the other."""

    def __init__(self, checkout: Path, folder: Path, *, is_compiled: bool = True) -> None:
        self.root = folder / "checkout"
        self._scratch = folder / "scratch"
        self._arguments = folder / "arguments"
        self._record = folder / "record.json"
        shutil.copytree(
            checkout, self.root, ignore=shutil.ignore_patterns(*NOT_COPIED, *(() if is_compiled else COMPILED))
        )

    def coverage(self, tests: Sequence[str]) -> Coverage:
        """Runs `tests` on the unchanged copy."""
        options = ["--cov=hvstudio", "--cov-context=test", "--cov-report=", "-p", "mutation.recording"]
        options += ["-m", "not e2e and not slow", "--timeout", str(SECONDS_A_TEST_MAY_TAKE)]
        _, said = self._pytest(options, tests, limit=None)
        if not self._record.exists():
            raise SystemExit(f"the tests cannot run on the unchanged copy:\n{said}")
        seen = json.loads(self._record.read_text(encoding="utf-8"))
        data = CoverageData(str(self.root / ".coverage"))
        data.read()
        by_line: dict[str, dict[int, set[str]]] = {}
        for name in data.measured_files():
            by_number = data.contexts_by_lineno(name)
            by_line[Path(name).relative_to(self.root).as_posix()] = {
                number: {context.rpartition("|")[0] for context in contexts if context}
                for number, contexts in by_number.items()
            }
        return Coverage(seen["passed"], seen["not_passed"], by_line)

    def kills(self, mutant: Mutant, tests: Sequence[str], *, seconds: float) -> str:
        """How the tests, which take `seconds` without the mutant, found it; an empty string if they did not."""
        with self._mutated(mutant):
            limit = SECONDS_FOR_STARTING + SLOWER_THAN_BEFORE * seconds
            code, said = self._pytest(["-x", "--timeout", str(int(limit))], tests, limit=limit)
        if code is None:
            return "stuck"
        failed = [line for line in said.splitlines() if line.startswith(("FAILED ", "ERROR "))]
        return "" if code == 0 else (failed[-1] if failed else f"pytest ended with {code}")

    @contextlib.contextmanager
    def _mutated(self, mutant: Mutant) -> Iterator[None]:
        """The copy's file with the mutant in it, put back whatever happens."""
        file = self.root / mutant.file
        before, times = file.read_bytes(), (file.stat().st_atime_ns, file.stat().st_mtime_ns)
        try:
            file.write_bytes(mutant.applied_to(before))
            os.utime(file, ns=(times[0], times[1] + 10**10))  # else Python would take the bytecode of the file before
            yield
        finally:
            file.write_bytes(before)
            os.utime(file, ns=times)

    def _pytest(self, options: Sequence[str], tests: Sequence[str], *, limit: float | None) -> tuple[int | None, str]:
        """The exit code, None when the time was over, and the output."""
        self._arguments.write_text("\n".join(tests), encoding="utf-8")
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._scratch.mkdir()
        command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *options]
        command.append(f"@{self._arguments}")
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(self.root), str(self.root / "packaging")]),
            "PYTHONDONTWRITEBYTECODE": "" if limit is None else "1",
            "HOME": str(self._scratch),
            "TMPDIR": str(self._scratch),
            "COVERAGE_FILE": str(self.root / ".coverage"),
            "MUTATION_RECORD": str(self._record),
        }
        with subprocess.Popen(
            command, cwd=self.root, env=environment, text=True, errors="replace", start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=_prepare,
        ) as process:  # fmt: skip
            try:
                said, _ = process.communicate(timeout=limit)
            except BaseException as error:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                if isinstance(error, subprocess.TimeoutExpired):
                    return None, ""
                raise
        return process.returncode, said


def _prepare() -> None:
    """In the new process: little memory, a low rank, and ears for Ctrl-C, which a job in the background has not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (BYTES_OF_MEMORY, BYTES_OF_MEMORY))
    os.nice(5)
