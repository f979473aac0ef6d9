"""An edit while a run is under way: compiled elsewhere, superseded by a later one, and never meant for another run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.load import shipped_catalog
from hvstudio.editor.workspace import Workspace
from hvstudio.files.examples import load_example
from hvstudio.gui.work.background import Immediate
from hvstudio.gui.work.choices import Choices
from hvstudio.gui.work.runs import RunController
from hvstudio.model.document import BlockId
from hvstudio.model.edits import move_roots, set_parameters


class HeldRunner:
    """A background whose work waits until the test lets it be done, so that nothing is left to chance."""

    def __init__(self) -> None:
        self.held: list[tuple[Callable[[], Any], Callable[[Any], None], Callable[[Exception], None] | None]] = []

    def run(
        self, work: Callable[[], Any], then: Callable[[Any], None], failed: Callable[[Exception], None] | None = None
    ) -> None:
        """Keep the work."""
        self.held.append((work, then, failed))

    def let_go(self) -> None:
        """Do all the work that is held, and what it leads to."""
        while self.held:
            Immediate().run(*self.held.pop(0))

    def shut_down(self) -> None:
        """Nothing is under way."""

    def wait(self) -> None:
        """Nothing is under way."""


@pytest.fixture
def catalog() -> Catalog:
    return shipped_catalog()


class Live:
    """A paused run of an example, its work held."""

    def __init__(self, catalog: Catalog) -> None:
        self.runner = HeldRunner()
        self.workspace = Workspace(load_example("consolidation-32"), catalog=catalog)
        self.said: list[str] = []
        choices = Choices(Immediate())
        choices.change(run_speed=0.0, run_duration_s=0.0)
        self.runs = RunController(
            self.workspace, runner=self.runner, choices=choices, say=lambda message: self.said.append(message.text)
        )
        self.work = next(block.id for block in self.workspace.document.blocks.values() if block.kind == "workload")
        self.start()

    def start(self) -> None:
        """Begin a run and stop its clock."""
        self.runs.start()
        self.runner.let_go()
        self.runs.toggle()

    def edit(self, block: BlockId, **values: Any) -> None:
        """Change parameters."""
        self.workspace.apply("Edit", lambda document: set_parameters(document, [block], values))

    def reached(self, column: str) -> Any:
        """What the run's plan says of the first workload by now."""
        assert self.runs.run is not None
        plan = self.runs.run.reached
        return getattr(plan, f"class_{column}")[plan.class_name.index(self.work)]


@pytest.fixture
def live(catalog: Catalog, qapp: QCoreApplication) -> Iterator[Live]:
    made = Live(catalog)
    yield made
    made.runs.shut_down()
    made.runs.wait()


def test_an_edit_asks_the_background_and_changes_nothing_before_it_answers(live: Live) -> None:
    before = live.reached("think_ns")
    live.edit(live.work, think_s=0.75)
    assert len(live.runner.held) == 1
    assert live.reached("think_ns") == before
    live.runner.let_go()
    assert live.reached("think_ns") == 0.75e9


def test_a_later_edit_supersedes_one_that_is_still_worked_on(live: Live) -> None:
    for think_s in (0.2, 0.4, 0.6):
        live.edit(live.work, think_s=think_s)
    assert len(live.runner.held) == 1
    live.runner.let_go()
    assert live.reached("think_ns") == 0.6e9


def test_an_edit_taken_back_before_it_was_worked_out_leaves_the_run_as_it_is(live: Live) -> None:
    before = live.reached("think_ns")
    live.edit(live.work, think_s=0.2)
    live.workspace.undo()
    live.runner.let_go()
    assert live.reached("think_ns") == before
    assert not live.runs.is_outdated


def test_the_difference_is_not_sent_to_a_run_that_it_was_not_taken_from(live: Live) -> None:
    live.edit(live.work, think_s=0.2)
    first, held = live.runs.run, list(live.runner.held)
    live.runner.held.clear()
    live.runs.shut_down()
    live.runs.wait()
    live.runs.poll()
    for work, then, failed in held:
        Immediate().run(work, then, failed)
    assert first is not None
    assert first.reached is first.plan


def test_what_cannot_be_compiled_is_said_and_leaves_the_run_going(live: Live) -> None:
    live.edit(live.work, arrivals="trace", trace="rubbish")
    live.runner.let_go()
    assert "trace holds no request" in live.said[-1]
    assert live.runs.is_outdated
    live.workspace.undo()
    live.runner.let_go()
    assert not live.runs.is_outdated


def test_moving_blocks_on_the_canvas_compiles_nothing(live: Live) -> None:
    host = next(block.id for block in live.workspace.document.blocks.values() if block.kind == "host")
    live.workspace.apply("Move", lambda document: move_roots(document, {host: (900.0, 40.0)}))
    assert live.runner.held == []
