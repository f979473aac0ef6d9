"""Only the newest request counts: what is at work, what waits, and what was dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hvstudio.gui.work.background import Immediate, Latest

pytestmark = pytest.mark.gui


class Later:
    """A runner that does what it was given when it is told to, one after the other."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def run(
        self, work: Callable[[], Any], then: Callable[[Any], None], failed: Callable[[Exception], None] | None = None
    ) -> None:
        """Keep it."""
        self.waiting.append(lambda: Immediate().run(work, then, failed))

    def shut_down(self) -> None:
        """Nothing to do."""

    def wait(self) -> None:
        """Nothing to do."""

    def next(self) -> None:
        """Do the first of what was kept."""
        self.waiting.pop(0)()


def fail() -> int:
    raise ValueError("no answer")


def test_an_answer_is_delivered_once_it_is_there() -> None:
    runner, seen = Later(), []
    latest = Latest(runner)
    assert not latest.busy
    latest.ask(lambda: 1, seen.append)
    assert (latest.busy, seen) == (True, [])
    runner.next()
    assert (latest.busy, seen) == (False, [1])


def test_of_three_requests_the_first_is_forgotten_and_the_second_never_begun() -> None:
    runner, seen, begun = Later(), [], []
    latest = Latest(runner)
    for number in (1, 2, 3):
        latest.ask(lambda number=number: begun.append(number) or number, seen.append)
    runner.next()
    assert latest.busy
    runner.next()
    assert (begun, seen, runner.waiting) == ([1, 3], [3], [])
    assert not latest.busy


def test_what_was_dropped_is_not_delivered() -> None:
    runner, seen = Later(), []
    latest = Latest(runner)
    latest.ask(lambda: 1, seen.append)
    latest.ask(lambda: 2, seen.append)
    latest.drop()
    runner.next()
    assert (runner.waiting, seen, latest.busy) == ([], [], False)
    latest.ask(lambda: 3, seen.append)
    runner.next()
    assert seen == [3]


def test_dropping_nothing_does_not_swallow_the_next_answer() -> None:
    runner, seen = Later(), []
    latest = Latest(runner)
    latest.drop()
    latest.ask(lambda: 1, seen.append)
    runner.next()
    assert seen == [1]


def test_asking_again_after_dropping_is_answered() -> None:
    runner, seen = Later(), []
    latest = Latest(runner)
    latest.ask(lambda: 1, seen.append)
    latest.drop()
    latest.ask(lambda: 2, seen.append)
    runner.next()
    runner.next()
    assert seen == [2]


def test_a_failure_is_told_to_who_wants_to_know() -> None:
    runner, seen, failures = Later(), [], []
    latest = Latest(runner)
    latest.ask(fail, seen.append, failures.append)
    runner.next()
    assert seen == []
    assert [str(error) for error in failures] == ["no answer"]
    assert not latest.busy


def test_a_failure_that_nobody_wants_is_logged(expected_log_warnings: list[str], caplog) -> None:
    expected_log_warnings.append("work in the background failed")
    runner, seen = Later(), []
    Latest(runner).ask(fail, seen.append)
    runner.next()
    assert seen == []
    assert "work in the background failed" in caplog.text
