"""Two hosts on which everything has the same names: curves, meters and files of the window tell things apart."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from pytestqt.qtbot import QtBot

from hvstudio.gui.panels.run_panel import curve_specs, host_names, station_names
from hvstudio.gui.plots.export import series_csv
from hvstudio.gui.window.main_window import MainWindow
from hvstudio.model.document import Document


def test_a_run_tells_equal_names_apart(
    open_window: Callable[[Document], MainWindow], twin_hosts: Document, qtbot: QtBot
) -> None:
    window = open_window(twin_hosts)
    legend = window.parts.run_panel.legend.values
    assert len({spec.name for spec in legend.specs}) == len(legend.specs) == 12
    window.parts.choices.change(run_speed=0.0, run_duration_s=0.5)
    window.actions_table["run"].trigger()
    qtbot.waitUntil(lambda: window.parts.runs.state == "finished", timeout=20_000)
    run = window.parts.runs.run
    assert run is not None
    specs = curve_specs(run, window.parts.run_panel._theme)
    heading = next(csv.reader(io.StringIO(series_csv(specs, run.series))))
    assert len(set(heading)) == len(heading)
    stations = station_names(run)
    assert len(set(stations)) == len(stations) == len(run.plan.station_name)
    assert host_names(run) == ("Server (host-1)", "Server (host-1-twin)")
    rows = [line[0] for line in csv.reader(io.StringIO(window.parts.results.as_csv()))][1:]
    assert len(set(rows)) == len(rows) == 12
