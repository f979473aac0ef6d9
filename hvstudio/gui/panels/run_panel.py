"""The run panel: the live plot with its legend, where the host's time goes, and how the run is set."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSplitter,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hvstudio.gui.look.icons import icon
from hvstudio.gui.look.theme import Theme
from hvstudio.gui.plots.layers_plot import LayersPlot
from hvstudio.gui.plots.throughput_plot import METRICS, CurveSpec, ThroughputPlot
from hvstudio.gui.widgets.elided_label import ElidedLabel
from hvstudio.gui.widgets.layer_key import LayerKey
from hvstudio.gui.widgets.legend import Legend
from hvstudio.gui.widgets.meters import Meters
from hvstudio.gui.work.analysis import Forecast
from hvstudio.gui.work.choices import Choices
from hvstudio.gui.work.run_state import RunState
from hvstudio.gui.work.runs import SPEEDS, Run, RunController
from hvstudio.insight.naming import hosts_by_block, told_apart
from hvstudio.simulation.plan.resources import station_ids

_SLOW_PARTS: Final = 3
"""Numbers and areas are renewed with every third picture of the curves: nobody reads faster."""
DURATIONS: Final = ((10.0, "10 s"), (60.0, "1 min"), (300.0, "5 min"), (3600.0, "1 h"), (0.0, "until stopped"))
_STATES: Final = {RunState.STARTING: "starting", RunState.RUNNING: "", RunState.PAUSED: "paused"}
_NARROWEST: Final = 712
_WIDE: Final = 900
_HINT: Final = "Press Space to run the composition.\nEvery virtual machine gets its curve here."


class RunPanel(QWidget):
    """Shows the controller's present run. `vm_chosen` carries a block; `export_requested` asks for the plot."""

    vm_chosen = Signal(str)
    export_requested = Signal()

    def __init__(self, controller: RunController, choices: Choices, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("runPanel")
        self.setAccessibleName("Run")
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(_NARROWEST)
        self._controller = controller
        self._choices = choices
        self._theme = theme
        self._stations: tuple[str, ...] = ()
        self._forecast: Forecast | None = None
        self._ticks = 0
        self._captions: list[QLabel] = []
        self.plot = ThroughputPlot(theme)
        self.legend = Legend()
        self.layers = LayersPlot(theme)
        self.layer_key = LayerKey(theme)
        self.meters = Meters(theme)
        self.shown_metric = QComboBox()
        self.speed = QComboBox()
        self.duration = QComboBox()
        self.seed = QLineEdit(str(choices.settings.seed))
        self.pool = QComboBox()
        self.estimates = QCheckBox("Estimate")
        self.earlier = QCheckBox("Earlier runs")
        self.export = QToolButton()
        self.status = ElidedLabel()
        self._fill_choices()
        self._lay_out()
        self._connect()
        self.apply_theme(theme)
        self._show_state()

    def _fill_choices(self) -> None:
        for metric in METRICS:
            self.shown_metric.addItem(metric.label, metric)
        for speed in SPEEDS:
            self.speed.addItem("max" if speed is None else f"{speed:g}×", speed)
        for seconds, label in DURATIONS:
            self.duration.addItem(label, seconds)
        position = self.duration.findData(self._choices.settings.run_duration_s)
        if position < 0:
            seconds = self._choices.settings.run_duration_s
            self.duration.addItem(f"{seconds:g} s", seconds)
            position = self.duration.count() - 1
        self.duration.setCurrentIndex(position)
        for widget, name, tip in (
            (self.shown_metric, "Metric", "What the curves show"),
            (self.speed, "Speed", "Simulated seconds per second; < and > change it"),
            (self.duration, "Duration", "How long a run lasts, in simulated time"),
            (self.seed, "Seed", "The same seed gives the same random numbers, and the same run"),
            (self.pool, "Host", "Whose processors are shown"),
        ):
            widget.setObjectName(f"run.{name.lower()}")
            widget.setAccessibleName(name)
            widget.setToolTip(tip)
        self.seed.setMaximumWidth(64)
        self.pool.setMaximumWidth(150)
        for box in (self.shown_metric, self.speed, self.duration, self.pool):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.estimates.setChecked(True)
        self.estimates.setToolTip("Dashed lines: what the analytic estimate gives for the whole run")
        self.earlier.setToolTip("Dotted lines: the run before this one")
        self.status.setProperty("role", "muted")
        self.status.setObjectName("runStatus")

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(10, 5, 8, 3)
        bar.setSpacing(6)
        bar.addWidget(self.shown_metric)
        for text, widget in (("Speed", self.speed), ("Duration", self.duration), ("Seed", self.seed)):
            label = QLabel(text)
            label.setProperty("role", "muted")
            label.setBuddy(widget)
            self._captions.append(label)
            bar.addSpacing(6)
            bar.addWidget(label)
            bar.addWidget(widget)
        bar.addSpacing(8)
        bar.addWidget(self.estimates)
        bar.addWidget(self.earlier)
        bar.addWidget(self.pool)
        bar.addWidget(self.status, 1)
        self.export.setIconSize(QSize(18, 18))
        self.export.setToolTip("Export this plot as PNG, SVG or CSV")
        self.export.setAccessibleName("Export plot")
        bar.addWidget(self.export)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self._plot_or_hint())
        self._splitter.addWidget(self.legend)
        self._host = self._host_column()
        self._splitter.addWidget(self._host)
        for position, stretch in enumerate((5, 2, 3)):
            self._splitter.setStretchFactor(position, stretch)
        self._splitter.setSizes([470, 330, 300])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(bar)
        column.addWidget(self._splitter, 1)

    def _plot_or_hint(self) -> QWidget:
        page = QWidget()
        self._pages = QStackedLayout(page)
        self._hint = QLabel(_HINT)
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        self._hint.setWordWrap(True)
        self._hint.setProperty("role", "muted")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages.addWidget(self._hint)
        self._pages.addWidget(self.plot)
        page.setMinimumWidth(216)
        return page

    def _host_column(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(4, 0, 4, 4)
        column.setSpacing(2)
        column.addWidget(self.layer_key)
        column.addWidget(self.layers, 3)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        inner = QWidget()
        inner.setProperty("role", "panel")
        inner.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(inner)
        box.setContentsMargins(6, 0, 6, 0)
        box.addWidget(self.meters)
        box.addStretch(1)
        scroll.setWidget(inner)
        scroll.setMinimumHeight(54)
        column.addWidget(scroll, 2)
        side.setMinimumWidth(240)
        return side

    def _connect(self) -> None:
        controller = self._controller
        controller.started.connect(self.show_run)
        controller.sampled.connect(self._refresh)
        controller.state_changed.connect(lambda _state: self._follow_state())
        controller.estimated.connect(lambda _run: self._show_estimates())
        controller.finished.connect(lambda _run: self._show_state())
        self.shown_metric.activated.connect(lambda: self._set_metric())
        self.speed.activated.connect(lambda: controller.set_speed(self.speed.currentData()))
        self.duration.activated.connect(lambda: self._choices.change(run_duration_s=self.duration.currentData()))
        self.seed.editingFinished.connect(self._set_seed)
        self.pool.activated.connect(self._set_pool)
        self.estimates.toggled.connect(self._draw_overlays)
        self.earlier.toggled.connect(self._draw_overlays)
        self.export.clicked.connect(self.export_requested)
        self.plot.curve_clicked.connect(self.vm_chosen)
        self.legend.vm_chosen.connect(self.vm_chosen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a small window the captions and the lesser columns of the legend make way."""
        super().resizeEvent(event)
        is_narrow = event.size().width() < _WIDE
        self.legend.set_narrow(is_narrow)
        for caption in self._captions:
            caption.setVisible(not is_narrow)

    def apply_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours, curves included."""
        self._theme = theme
        self.export.setIcon(icon("export", theme))
        if self._controller.run is not None:
            self.show_run(self._controller.run)
        else:
            self._show_forecast()

    def set_forecast(self, forecast: Forecast) -> None:
        """Take the estimate of the newest document."""
        self._forecast = forecast
        if self._controller.run is None:
            self._show_forecast()
            return
        self._show_estimates()

    def _follow_state(self) -> None:
        self._show_state()
        self._show_estimates()

    def _show_estimates(self) -> None:
        if self._controller.run is None:
            return
        self.legend.values.set_estimates(self._estimates())
        if self._controller.state is not RunState.RUNNING:
            self._draw_overlays()

    def _show_forecast(self) -> None:
        """Before the first run: what the estimate says, so that an answer is there at once."""
        forecast = self._forecast
        answer = None if forecast is None else forecast.estimate
        reason = "" if forecast is None else forecast.reason
        self._hint.setText(f"This cannot run yet.\n{reason}" if reason else _HINT)
        self.legend.setVisible(answer is not None and bool(answer.vms))
        if forecast is None or answer is None:
            return
        names = told_apart({vm.id: vm.name for vm in answer.vms}, hosts_by_block(forecast.document))
        self.legend.values.begin(
            [
                CurveSpec(block=vm.id, name=names[vm.id], column=position, colour=self._theme.curve(position))
                for position, vm in enumerate(answer.vms)
            ]
        )
        self.legend.values.set_estimates(self._estimates())
        fullest = answer.bottleneck
        if fullest is not None and answer.vms:
            self._hint.setText(f"{_HINT}\n\nThe estimate expects {fullest.name} at {fullest.utilisation:.0%}.")

    def emphasise(self, block: str) -> None:
        """Bring one VM's curve to the front."""
        self.plot.emphasise(block if any(spec.block == block for spec in self.legend.values.specs) else "")

    def show_run(self, run: Run) -> None:
        """Show another run from its beginning."""
        specs = curve_specs(run, self._theme)
        self._stations = station_names(run)
        self._show_parts(True)
        self.plot.show_run(specs, run.series)
        self.layers.pool = 0
        self.layers.show_run(run.series)
        self.legend.values.begin(specs)
        self.legend.values.set_estimates(self._estimates())
        self.pool.clear()
        for position, name in enumerate(host_names(run)):
            self.pool.addItem(name, position)
        self.pool.setVisible(self.pool.count() > 1)
        self._draw_overlays()
        self._refresh()

    def _refresh(self) -> None:
        run = self._controller.run
        if run is None:
            return
        self.plot.refresh()
        self._ticks += 1
        if self._controller.state is RunState.RUNNING and self._ticks % _SLOW_PARTS:
            return
        self.layers.refresh()
        self.legend.values.states = run.vm_states
        self.legend.values.refresh(run.series)
        utilisation = [float(value) for value in run.series.latest("stations")]
        self.meters.show_values(list(zip(self._stations, utilisation, strict=True)))
        self._show_state()

    def _show_state(self) -> None:
        controller, run = self._controller, self._controller.run
        self.speed.setCurrentIndex(max(0, self.speed.findData(controller.speed)))
        if run is None or controller.state is RunState.IDLE:
            self.status.setText("")
            if run is None:
                self._show_parts(False)
            return
        state = "ended" if controller.state.has_ended else _STATES.get(controller.state, "ending")
        parts = [f"{run.name} {state}".strip(), f"{run.simulated_s:.1f} s"]
        if controller.state is RunState.RUNNING:
            parts.append(f"{run.achieved_speed:.3g}× achieved")
        parts.append(f"{run.engine} engine")
        if controller.is_outdated:
            parts.append("of an earlier composition")
        self.status.setText("  ·  ".join(parts))

    def _show_parts(self, has_run: bool) -> None:
        self.pool.setVisible(has_run and self.pool.count() > 1)
        self._pages.setCurrentIndex(1 if has_run else 0)
        self.legend.setVisible(has_run or self.legend.values.rowCount() > 0)
        self._host.setVisible(has_run)
        self.export.setVisible(has_run)

    def _estimates(self) -> dict[str, float]:
        """Of what is run, live edits included; once that is over or another composition, as it was when it began."""
        controller, forecast = self._controller, self._forecast
        if controller.run is not None and (controller.is_outdated or not controller.state.is_live):
            forecast = controller.run.forecast
        if forecast is None or forecast.estimate is None:
            return {}
        return {vm.id: vm.throughput_per_s for vm in forecast.estimate.vms}

    def _draw_overlays(self) -> None:
        run = self._controller.run
        if run is None:
            return
        self.plot.clear_overlays()
        if self.earlier.isChecked():
            for other in [other for other in self._controller.runs if other is not run][-1:]:
                self.plot.add_earlier(curve_specs(other, self._theme), other.series)
        if self.estimates.isChecked() and self.plot.shown_metric.key == "throughput_per_s":
            estimates = self._estimates()
            for spec in self.legend.values.specs:
                if spec.block in estimates:
                    self.plot.add_estimate(spec, estimates[spec.block])

    def _set_metric(self) -> None:
        self.plot.set_metric(self.shown_metric.currentData())
        self._draw_overlays()

    def _set_pool(self) -> None:
        self.layers.pool = self.pool.currentData()
        self.layers.refresh()

    def _set_seed(self) -> None:
        text = self.seed.text().strip()
        is_seed = text.isascii() and text.isdigit() and len(text) <= 18
        self.seed.setProperty("invalid", not is_seed)
        self.seed.setToolTip("" if is_seed else "A seed is a whole number of at most 18 digits.")
        self.seed.style().unpolish(self.seed)
        self.seed.style().polish(self.seed)
        if is_seed:
            self._choices.change(seed=int(text))


def curve_specs(run: Run, theme: Theme) -> list[CurveSpec]:
    """The curves of a run's VMs, coloured by their place among them."""
    names = told_apart({block: name for _, block, name in run.guests}, hosts_by_block(run.document))
    return [
        CurveSpec(block=block, name=names[block], column=column, colour=theme.curve(position))
        for position, (column, block, _) in enumerate(run.guests)
    ]


def host_names(run: Run) -> tuple[str, ...]:
    """What the host of every pool of processors is called."""
    plan = run.plan
    return tuple(told_apart(dict(zip(plan.pool_block, plan.pool_name, strict=True))).values())


def station_names(run: Run) -> tuple[str, ...]:
    """What every device is called, in the order of the plan."""
    plan, ids = run.plan, station_ids(run.plan)
    by_block = hosts_by_block(run.document)
    hosts = {station: by_block.get(block, "") for station, block in zip(ids, plan.station_block, strict=True)}
    return tuple(told_apart(dict(zip(ids, plan.station_name, strict=True)), hosts).values())
