"""Work off the GUI thread: only the newest answer, one task at a time, and nothing of what was dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hvstudio.gui.work.background import Latest, Progress, Task


class Later:
    """A runner that does its jobs when it is told to."""

    def __init__(self) -> None:
        self.jobs: list[tuple[Callable[[], Any], Callable[[Any], None], Callable[[Exception], None] | None]] = []

    def run(self, work, then, failed=None) -> None:
        """Keep the job."""
        self.jobs.append((work, then, failed))

    def do_next(self) -> None:
        """Do the job that was given first."""
        work, then, failed = self.jobs.pop(0)
        try:
            value = work()
        except ZeroDivisionError as error:
            assert failed is not None
            failed(error)
        else:
            then(value)

    def shut_down(self) -> None:
        """Nothing to end."""

    def wait(self) -> None:
        """Nothing under way."""


def test_what_was_dropped_is_not_delivered_and_what_is_asked_after_that_is() -> None:
    later, got = Later(), []
    latest = Latest(later)
    latest.ask(lambda: "dropped", got.append)
    latest.drop()
    later.do_next()
    assert (got, latest.busy) == ([], False)
    latest.ask(lambda: "dropped as well", got.append)
    latest.drop()
    latest.ask(lambda: "wanted", got.append)
    later.do_next()
    later.do_next()
    assert got == ["wanted"]
    latest.drop()  # nothing is under way: the next answer is not the one meant
    latest.ask(lambda: "next", got.append)
    later.do_next()
    assert got == ["wanted", "next"]


def test_a_task_tells_how_far_it_is_and_what_came_out() -> None:
    later, got, told = Later(), [], []
    task = Task(later)
    task.progressed.connect(told.append)
    task.ended.connect(lambda: got.append("ended"))

    def work(progress: Progress) -> str:
        assert progress(0.25)
        task._timer.timeout.emit()
        return "done"

    task.start(work, got.append, got.append)
    assert task.is_running
    task.start(lambda _progress: "another", got.append, got.append)
    assert len(later.jobs) == 1
    later.do_next()
    assert (told, got) == ([0.25], ["ended", "done"])
    assert not task.is_running


def test_a_cancelled_task_is_told_to_stop_and_leaves_no_outcome() -> None:
    later, got = Later(), []
    task = Task(later)
    task.start(lambda progress: got.append(progress(0.5)), got.append, got.append)
    task.cancel()
    assert task.is_running  # until the work has seen it
    later.do_next()
    assert got == [False]
    assert not task.is_running
    task.start(lambda _progress: 1 // 0, got.append, lambda error: got.append(type(error)))
    later.do_next()
    assert got == [False, ZeroDivisionError]
