"""A pytest plugin that writes down which tests passed and how long each took, setup and teardown included."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest


class Recording:
    """Seconds by test; a test with a phase that did not pass is left out."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.not_passed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Adds one phase of one test."""
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.outcome != "passed" or hasattr(report, "wasxfail"):
            self.not_passed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Writes what was seen, in the order in which it ran."""
        passed = {name: took for name, took in self.seconds.items() if name not in self.not_passed}
        seen = {"passed": passed, "not_passed": sorted(self.not_passed)}
        Path(os.environ["MUTATION_RECORD"]).write_text(json.dumps(seen), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Called by pytest: starts recording."""
    config.pluginmanager.register(Recording())
