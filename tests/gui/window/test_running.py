"""A run in the window: curves rise, controls take effect, edits mark it as outdated, results follow."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from hvstudio.gui.plots.series import CAPACITY, Series, step_up
from hvstudio.gui.window.main_window import MainWindow
from hvstudio.gui.work.run_state import RunState, may_follow
from hvstudio.model.document import BlockId, Document
from hvstudio.model.edits import add_block, remove_blocks, rename_block, set_parameters


def vms(window: MainWindow) -> list[BlockId]:
    return [block.id for block in window.parts.workspace.document.blocks.values() if block.kind == "vm"]


def run_to_the_end(window: MainWindow, qtbot: QtBot, *, seconds: float = 3.0) -> None:
    window.parts.choices.change(run_speed=0.0, run_duration_s=seconds)
    window.actions_table["run"].trigger()
    qtbot.waitUntil(lambda: window.parts.runs.state == "finished", timeout=20_000)


def test_every_vm_gets_a_curve_that_rises(running_example: MainWindow, qtbot: QtBot) -> None:
    run_to_the_end(running_example, qtbot)
    legend = running_example.parts.run_panel.legend.values
    assert [spec.block for spec in legend.specs] == vms(running_example)
    assert all(legend.values[vm] > 0 for vm in vms(running_example))
    assert len(running_example.parts.run_panel.plot.curves) == 6
    assert all(curve.getData()[1].max() > 0 for curve in running_example.parts.run_panel.plot.curves)


def test_the_estimate_is_there_before_the_first_run(running_example: MainWindow) -> None:
    legend = running_example.parts.run_panel.legend
    assert [spec.block for spec in legend.values.specs] == vms(running_example)
    assert all(legend.values.index(row, 4).data() for row in range(6))
    assert not legend.values.index(0, 1).data()
    assert "The estimate expects" in running_example.parts.run_panel._hint.text()


def test_results_give_an_interval_around_the_throughput(running_example: MainWindow, qtbot: QtBot) -> None:
    run_to_the_end(running_example, qtbot)
    run = running_example.parts.results.current
    assert run is not None
    for vm in run.results.to_json()["vms"]:
        low, high = vm["throughput_ci95"]
        assert low <= vm["throughput_per_s"] <= high
    assert running_example.parts.results.as_csv().splitlines()[0].startswith("VM,Throughput /s,95 % interval")
    assert len(running_example.parts.results.as_csv().splitlines()) == 7


def test_running_again_with_the_same_seed_changes_nothing(running_example: MainWindow, qtbot: QtBot) -> None:
    run_to_the_end(running_example, qtbot)
    running_example.actions_table["run-again"].trigger()
    qtbot.waitUntil(
        lambda: len(running_example.parts.runs.runs) == 2 and running_example.parts.runs.state == "finished"
    )
    panel = running_example.parts.results
    assert panel.runs.count() == 2
    panel.baseline.setCurrentIndex(panel.baseline.findText("Run 1"))
    panel.baseline.activated.emit(1)
    changes = {row["Change"] for row in csv.DictReader(panel.as_csv().splitlines())}
    assert changes == {"+0.0%"}


def test_space_pauses_and_goes_on(running_example: MainWindow, qtbot: QtBot) -> None:
    running_example.parts.choices.change(run_speed=1.0, run_duration_s=0.0)
    run = running_example.actions_table["run"]
    run.trigger()
    assert (running_example.parts.runs.state, run.text()) == ("running", "Pause")
    run.trigger()
    assert (running_example.parts.runs.state, run.text()) == ("paused", "Continue")
    run.trigger()
    assert running_example.parts.runs.state == "running"
    running_example.actions_table["stop"].trigger()
    qtbot.waitUntil(lambda: running_example.parts.runs.state is RunState.STOPPED)
    assert running_example.parts.runs.run is not None
    assert running_example.parts.runs.run.results is not None


def test_structural_edits_mark_the_run_as_outdated_until_undone(running_example: MainWindow, qtbot: QtBot) -> None:
    window = running_example
    window.parts.choices.change(run_speed=1.0, run_duration_s=0.0)
    window.actions_table["run"].trigger()
    window.parts.workspace.apply("Delete", lambda document: remove_blocks(document, vms(window)[:1]))
    qtbot.waitUntil(lambda: window.parts.runs.is_outdated)
    assert window.parts.messages.current is not None
    assert "has changed" in window.parts.messages.current.text
    window.parts.workspace.undo()
    qtbot.waitUntil(lambda: not window.parts.runs.is_outdated)
    assert window.parts.messages.current is None


def test_the_estimate_beside_a_result_is_that_of_the_composition_that_was_run(
    running_example: MainWindow, qtbot: QtBot
) -> None:
    window = running_example
    run_to_the_end(window, qtbot)
    vm = vms(window)[0]

    def shown() -> list[str]:
        return [row["Estimate /s"] for row in csv.DictReader(window.parts.results.as_csv().splitlines())]

    def in_the_legend() -> list[str]:
        legend = window.parts.run_panel.legend.values
        return [legend.index(row, 4).data() for row in range(legend.rowCount())]

    before, legend_before = shown(), in_the_legend()
    assert "–" not in before
    assert "of an earlier composition" not in window.parts.run_panel.status.text()
    window.parts.workspace.apply("Cap", lambda document: set_parameters(document, [vm], {"cpu_limit": 0.01}))
    window.parts.workspace.apply("Delete", lambda document: remove_blocks(document, vms(window)[1:2]))
    assert shown() == before
    assert in_the_legend() == legend_before
    assert "of an earlier composition" in window.parts.run_panel.status.text()
    window.parts.workspace.undo()
    window.parts.workspace.undo()
    assert "of an earlier composition" not in window.parts.run_panel.status.text()


def test_a_run_whose_composition_was_edited_before_its_estimate_came_gets_its_own(
    running_example: MainWindow, qtbot: QtBot
) -> None:
    window = running_example
    run_to_the_end(window, qtbot)
    (first,) = window.parts.runs.runs
    assert first.forecast is not None
    assert first.forecast.document is first.document
    window.parts.runs._forecast = None  # as when the estimate of a large composition still waits for rest
    window.actions_table["run-again"].trigger()
    qtbot.waitUntil(lambda: len(window.parts.runs.runs) == 2 and window.parts.runs.state.has_ended)
    again = window.parts.runs.runs[1]
    assert again.forecast is not None
    assert again.forecast.estimate is not None
    assert first.forecast.estimate is not None
    # The same composition, so the same estimate, although nobody but the run asked for it.
    assert [vm.throughput_per_s for vm in again.forecast.estimate.vms] == [
        vm.throughput_per_s for vm in first.forecast.estimate.vms
    ]


def test_running_again_while_a_run_is_under_way_begins_anew_when_it_has_ended(
    running_example: MainWindow, qtbot: QtBot
) -> None:
    window = running_example
    window.parts.choices.change(run_speed=1.0, run_duration_s=0.0)
    states: list[str] = []
    window.parts.runs.state_changed.connect(states.append)
    window.actions_table["run"].trigger()
    window.actions_table["run-again"].trigger()
    qtbot.waitUntil(lambda: len(window.parts.runs.runs) == 2)
    assert states == ["starting", "running", "restarting", "stopped", "starting", "running"]
    assert window.parts.runs.runs[0].results is not None


def test_another_document_ends_the_run_and_what_was_still_starting(
    open_window, storage, small_stack: Document, qtbot: QtBot
) -> None:
    window = open_window(small_stack, storage)
    storage.is_slow = True
    window.parts.runs.start()
    assert window.parts.runs.state is RunState.STARTING
    window.parts.workspace.replace(Document(title="Another"))
    assert window.parts.runs.state is RunState.IDLE
    storage.finish()
    assert window.parts.runs.state is RunState.IDLE
    assert window.parts.runs.run is None


@pytest.mark.parametrize(
    ("present", "wanted"),
    [(RunState.IDLE, RunState.RUNNING), (RunState.FINISHED, RunState.PAUSED), (RunState.STOPPING, RunState.RUNNING)],
)
def test_a_run_does_not_jump_from_state_to_state(present: RunState, wanted: RunState) -> None:
    assert not may_follow(present, wanted)


def test_every_state_of_a_run_is_reached_and_left() -> None:
    for state in RunState:
        assert any(may_follow(other, state) for other in RunState if other is not state), state
        assert may_follow(state, RunState.IDLE)


def test_a_crash_takes_down_what_depends_and_a_vm_is_switched_on_again(
    running_example: MainWindow, qtbot: QtBot
) -> None:
    window = running_example
    window.parts.choices.change(run_speed=10.0, run_duration_s=0.0)
    window.actions_table["run"].trigger()
    qtbot.waitUntil(
        lambda: window.parts.runs.run is not None and window.parts.runs.run.series.count > 5, timeout=20_000
    )
    (parent,) = [
        block.id for block in window.parts.workspace.document.blocks.values() if block.kind == "parent_partition"
    ]
    window.parts.workspace.select([parent])
    window.actions_table["crash"].trigger()
    assert window.parts.runs.run is not None
    assert set(vms(window)) <= set(window.parts.runs.run.vm_states)
    mail = vms(window)[3]
    window.parts.workspace.select([mail])
    window.actions_table["power-vm"].trigger()
    assert mail not in window.parts.runs.run.vm_states
    window.actions_table["pause-vm"].trigger()
    assert window.parts.runs.run.vm_states[mail] == "paused"


def test_what_was_said_about_a_crash_goes_with_the_next_run(running_example: MainWindow, qtbot: QtBot) -> None:
    window = running_example
    window.parts.choices.change(run_speed=10.0, run_duration_s=0.0)
    window.actions_table["run"].trigger()
    qtbot.waitUntil(lambda: window.parts.runs.state == "running", timeout=20_000)
    window.parts.workspace.select(vms(window)[:1])
    window.actions_table["crash"].trigger()
    assert window.parts.messages.current is not None
    assert "has crashed" in window.parts.messages.current.text
    window.actions_table["run-again"].trigger()
    qtbot.waitUntil(lambda: len(window.parts.runs.runs) == 2 and window.parts.runs.state == "running", timeout=20_000)
    assert window.parts.messages.current is None


def test_controls_of_vms_are_off_while_nothing_runs(window: MainWindow) -> None:
    window.parts.workspace.select(vms(window)[:1])
    assert "Nothing is running" in window.actions_table["crash"].toolTip()


def test_names_places_and_live_controls_do_not_outdate_a_run(running_example: MainWindow) -> None:
    window = running_example
    window.parts.choices.change(run_speed=1.0, run_duration_s=0.0)
    window.actions_table["run"].trigger()
    vm = vms(window)[0]
    for edit in (
        lambda document: rename_block(document, vm, "Another name"),
        lambda document: set_parameters(document, [vm], {"cpu_weight": 500.0}),
        lambda document: add_block(document, kind="note", name="Remember")[0],
    ):
        window.parts.workspace.apply("Edit", edit)
        assert window.parts.runs.run is not None
        assert not window.parts.runs.run.is_outdated
    window.parts.workspace.apply("Edit", lambda document: set_parameters(document, [vm], {"virtual_processors": 2}))
    assert window.parts.runs.run.is_outdated
    assert any("Another name" in sentence for sentence in window.parts.runs.run.needs_new_run)


def test_speed_goes_up_and_down_the_list(window: MainWindow) -> None:
    window.parts.runs.set_speed(10.0)
    window.actions_table["faster"].trigger()
    assert window.parts.runs.speed == 20.0
    window.actions_table["slower"].trigger()
    window.actions_table["slower"].trigger()
    assert window.parts.runs.speed == 5.0
    window.parts.runs.set_speed(None)
    window.actions_table["faster"].trigger()
    assert window.parts.runs.speed is None
    assert window.parts.run_panel.speed.currentText() == "max"


def test_a_seed_that_is_no_number_is_refused_at_the_field(window: MainWindow) -> None:
    window.parts.run_panel.seed.setText("seven")
    window.parts.run_panel.seed.editingFinished.emit()
    assert window.parts.run_panel.seed.property("invalid") is True
    assert window.parts.choices.settings.seed == 1


def test_what_cannot_be_simulated_says_which_block(window: MainWindow) -> None:
    host = next(iter(window.parts.workspace.document.blocks))
    window.parts.workspace.apply("x", lambda document: remove_blocks(document, [host]))
    assert "canvas" in window.actions_table["run"].toolTip()
    assert not window.actions_table["run"].isEnabled()


class _Sample:
    def __init__(self, time_s: float, rate: float) -> None:
        self.time_s = time_s
        self.throughput_per_s = np.array([rate])
        self.bytes_per_s = self.latency_p95_s = self.latency_mean_s = self.ready_fraction = np.zeros(1)
        self.layers = np.zeros((1, 7))
        self.stations = np.zeros(0)


def test_a_series_stays_bounded_and_keeps_its_mean() -> None:
    series = Series(vms=1, pools=1, layers=7, stations=0)
    series.extend([_Sample(0.1 * (number + 1), float(number % 2)) for number in range(4 * CAPACITY)])
    # 1,000 points of 1 sample become 500 of 2; 500 more of 2 make 500 of 4; 500 of 4 fill it again: 4,000 samples.
    assert series.count == CAPACITY
    assert series.stride == 4
    # 4,000 samples alternate between 0 and 1: every joined point is one half.
    assert series.column("throughput_per_s") == pytest.approx(0.5)
    assert series.time_s[-1] == pytest.approx(400.0)


def test_smoothing_averages_the_time_before_each_point() -> None:
    series = Series(vms=1, pools=1, layers=7, stations=0)
    series.extend([_Sample(float(number + 1), float(number)) for number in range(4)])
    # Window of 2 s over 0, 1, 2, 3: 0, (0+1)/2, (1+2)/2, (2+3)/2.
    assert series.smoothed("throughput_per_s", 2.0)[:, 0].tolist() == [0.0, 0.5, 1.5, 2.5]


def test_latency_of_nothing_is_not_zero_but_the_one_before() -> None:
    series = Series(vms=1, pools=1, layers=7, stations=0)
    for number, latency in enumerate((0.0, 0.2, 0.0, 0.4)):
        sample = _Sample(float(number + 1), 1.0)
        sample.latency_p95_s = np.array([latency])
        series.extend([sample])
    assert series.smoothed("latency_p95_s", 0.0)[:, 0].tolist() == [0.0, 0.2, 0.2, 0.4]


def test_axes_grow_in_jumps() -> None:
    assert step_up(9.0, 10.0) == 10.0
    assert step_up(11.0, 10.0) == 15.0
    assert step_up(160.0, 15.0) == 200.0
    assert step_up(0.0, 0.0) == 0.0


def test_comparing_runs_the_same_vms_on_every_architecture(window: MainWindow, small_stack: Document) -> None:
    document = small_stack
    for vm in vms(window):
        document, system = add_block(document, kind="os", name="Linux", product="linux", rests_on=vm)
        document, _ = add_block(document, kind="workload", name="Work", product="web-server", rests_on=system)
    window.parts.workspace.replace(document)
    window.parts.choices.change(run_duration_s=2.0)
    window.parts.comparison.replications.setCurrentIndex(0)
    window.actions_table["compare"].trigger()
    table = window.parts.comparison.table.model()
    titles = [table.headerData(column, Qt.Orientation.Horizontal) for column in range(table.columnCount())]
    # The present architecture comes first and is what the others are compared with.
    assert titles[:2] == ["VM", "Type 1 /s"]
    assert {"Hybrid /s", "Type 2 /s"} <= set(titles)
    assert [table.index(row, 0).data() for row in range(2)] == ["VM 1", "VM 2"]
    assert all(float(table.index(row, 1).data().replace(",", "")) > 0 for row in range(2))
    assert window.parts.workspace.document is document


def test_a_comparison_without_hypervisor_says_why(window: MainWindow) -> None:
    hypervisor = next(
        block.id for block in window.parts.workspace.document.blocks.values() if block.kind == "hypervisor"
    )
    window.parts.workspace.apply("Delete", lambda document: remove_blocks(document, [hypervisor]))
    assert "no hypervisor" in window.actions_table["compare"].toolTip()
    window.parts.comparing.start(3)
    assert window.parts.messages.current is not None
    assert "no hypervisor" in window.parts.messages.current.text
    assert not window.parts.comparing.is_running
