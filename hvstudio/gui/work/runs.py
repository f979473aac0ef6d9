"""Runs: compile off the GUI thread, start a session, drain its samples, pass on what the person changes meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from attrs import Factory, define, field
from PySide6.QtCore import QObject, QTimer, Signal

from hvstudio.editor.workspace import Event, Workspace
from hvstudio.errors import HVStudioError
from hvstudio.gui.plots.series import Series
from hvstudio.gui.work.analysis import Forecast
from hvstudio.gui.work.background import Latest, Runner
from hvstudio.gui.work.choices import Choices
from hvstudio.gui.work.message import Message
from hvstudio.gui.work.run_state import RunState, may_follow
from hvstudio.model.change import between
from hvstudio.model.document import BlockId, Document
from hvstudio.simulation.compile import compile_document
from hvstudio.simulation.estimate.estimate import estimate
from hvstudio.simulation.kernel.engine import engine_name
from hvstudio.simulation.plan import messages
from hvstudio.simulation.plan.difference import Difference, difference
from hvstudio.simulation.plan.plan import LAYER_COUNT, Plan
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.session import Session

SPEEDS: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0, None)
"""Simulated seconds per second; None is as fast as the engine goes."""
_POLL_MS: Final = 80
"""Twelve pictures a second look live, and leave the processor to the engine."""
_LAST_WAIT_S: Final = 10.0
"""How long the program waits for the engine at its end; it looks up after every sample."""
_ENDS: Final = {"finished": RunState.FINISHED, "stopped": RunState.STOPPED, "failed": RunState.FAILED}
"""How the engine's session ends, and what that makes of the run."""
_PAINT_SHARE: Final = 0.3
"""Drawing may take this part of the time; the poll slows down rather than starve the window or the engine."""


@define(kw_only=True, eq=False)
class Run:
    """One run, kept after it ended. `results` is None until then, `problem` says why it failed."""

    name: str
    caption: str = ""
    """What was run, in a few words: the classes of its hypervisors."""
    document: Document
    plan: Plan
    options: RunOptions
    series: Series
    engine: str
    results: Any = None
    problem: str = ""
    forecast: Forecast | None = None
    """The estimate of `document`, whatever was edited since; None until it is there."""
    reached: Plan = field(default=Factory(lambda run: run.plan, takes_self=True))
    """The plan that the engine follows by now: `plan` with the live edits that were sent."""
    needs_new_run: tuple[str, ...] = ()
    """What has been edited since and cannot be changed in a run, in sentences."""
    vm_states: dict[BlockId, str] = field(factory=dict)
    """VMs that do not run: "paused", "saved" or "off"."""
    achieved_speed: float = 0.0
    simulated_s: float = 0.0
    events: int = 0

    @property
    def is_outdated(self) -> bool:
        """Whether the composition is now another one than the run's."""
        return bool(self.needs_new_run)

    @property
    def guests(self) -> list[tuple[int, BlockId, str]]:
        """The reported VMs: their column in the series, block and name."""
        return [
            (column, BlockId(self.plan.vm_block[column]), self.plan.vm_name[column])
            for column in range(len(self.plan.vm_block))
            if self.plan.vm_is_guest[column]
        ]


class RunController(QObject):
    """One run at a time; finished ones are kept in `runs`, newest last.

    `started` and `finished` carry the Run, `sampled` comes after new samples, `state_changed` whenever `state` or
    `is_outdated` does, `estimated` when a run that has ended has got its estimate.
    """

    started = Signal(object)
    sampled = Signal()
    finished = Signal(object)
    state_changed = Signal(str)
    estimated = Signal(object)

    def __init__(
        self,
        workspace: Workspace,
        *,
        runner: Runner,
        choices: Choices,
        say: Callable[[Message], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._runner = runner
        self._choices = choices
        self._say = say
        self._session: Session | None = None
        self._followed: Document | None = None
        self._controls = Latest(runner)
        self._starting = Latest(runner)
        self._forecast: Forecast | None = None
        self._edits = Latest(runner)
        self._begin_next: Callable[[], None] | None = None
        self.caption: Callable[[], str] = str
        """Gives what the present composition is in a few words."""
        self.state = RunState.IDLE
        self.run: Run | None = None
        self.runs: list[Run] = []
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self.poll)
        workspace.add_listener(self._follow)

    @property
    def speed(self) -> float | None:
        """The speed asked for; None for as fast as it goes."""
        return self._choices.settings.run_speed or None

    def toggle(self) -> None:
        """Run, pause, or go on."""
        session = self._session
        if session is not None and self.state is RunState.RUNNING:
            session.pause()
            self._go(RunState.PAUSED)
        elif session is not None and self.state is RunState.PAUSED:
            session.resume()
            self._go(RunState.RUNNING)
        elif self.state is not RunState.STARTING:
            self.start()

    def start(self) -> None:
        """Run the composition as it is now; a run under way is ended first."""
        if self._session is not None:
            self._end(RunState.RESTARTING)
            return
        document, catalog = self._workspace.document, self._workspace.catalog
        self._go(RunState.STARTING)
        self._starting.ask(
            lambda: compile_document(document, catalog),
            lambda plan: self._begin(document, plan),
            self._cannot_start,
        )

    def stop(self) -> None:
        """End the run and keep what it found; the engine takes a moment to add it up."""
        if self._session is not None:
            self._end(RunState.STOPPING)

    def _end(self, state: RunState) -> None:
        if self._session is not None:
            self._session.stop()
            self._go(state)
            self.poll()

    def take_forecast(self, forecast: Forecast) -> None:
        """Take the estimate of the newest document; it is a run's when it is of the very document that was run."""
        self._forecast = forecast
        if self.run is not None and self.run.document is forecast.document:
            self.run.forecast = forecast

    @property
    def is_outdated(self) -> bool:
        """Whether the composition is now another one than the present run's, or than the last one it followed."""
        run, followed = self.run, self._followed
        if run is None or followed is None:
            return False
        present = self._workspace.document
        ended = self._session is None
        return present is not run.document and (run.is_outdated or (ended and _differ(followed, present)))

    def shut_down(self) -> None:
        """End the run; its results are not asked for any more. Returns at once."""
        self._timer.stop()
        self._starting.drop()
        if self._session is not None:
            self._session.stop()
            self._go(RunState.STOPPING)

    def wait(self) -> None:
        """Wait for the engine's thread after `shut_down`. Not while a window is open."""
        session, self._session = self._session, None
        if session is not None:
            session.wait(_LAST_WAIT_S)

    def set_speed(self, speed: float | None) -> None:
        """Simulate this many seconds per second, now and in later runs."""
        self._choices.change(run_speed=speed or 0.0)
        if self._session is not None:
            self._session.set_speed(speed)
        self.state_changed.emit(self.state)

    def change_speed(self, steps: int) -> None:
        """Go up or down in the list of speeds."""
        present = self.speed
        position = SPEEDS.index(present) if present in SPEEDS else SPEEDS.index(1.0)
        self.set_speed(SPEEDS[min(max(position + steps, 0), len(SPEEDS) - 1)])

    def crash(self, block: BlockId) -> None:
        """Let a block fail, with everything that depends on it."""
        run = self.run
        if run is None or not self._control(messages.Crash(block)):
            return
        fallen = [
            BlockId(vm)
            for vm, below in zip(run.plan.vm_block, run.plan.vm_depends_on, strict=True)
            if block == vm or block in below
        ]
        run.vm_states.update(dict.fromkeys(fallen, "off"))
        guests = [name for _, vm, name in run.guests if vm in fallen]
        name = self._workspace.document.blocks[block].name
        told = f"with it stopped {', '.join(guests[:6])}{' and others' if len(guests) > 6 else ''}"
        text = f"{name} has crashed; {told if guests else 'no VM depends on it'}."
        self._say(Message(text=text, severity="warning", key="crash"))

    def toggle_pause(self, block: BlockId) -> None:
        """Freeze a virtual machine, or let it go on."""
        self._toggle(block, messages.PauseVm(block), "paused", messages.ResumeVm(block))

    def toggle_saved(self, block: BlockId) -> None:
        """Save a virtual machine's state and stop it, or resume it."""
        self._toggle(block, messages.SaveVm(block), "saved", messages.ResumeVm(block))

    def toggle_power(self, block: BlockId) -> None:
        """Switch a virtual machine off, or on again after that or a crash."""
        self._toggle(block, messages.StopVm(block), "off", messages.StartVm(block))

    def _toggle(self, block: BlockId, away: messages.RunMessage, state: str, back: messages.RunMessage) -> None:
        run = self.run
        if run is None or block not in run.plan.vm_block:
            self._say(Message(text="This is no virtual machine of the run.", key="control"))
            return
        is_away = run.vm_states.get(block) == state
        if self._control(back if is_away else away):
            if is_away:
                run.vm_states.pop(block, None)
            else:
                run.vm_states[block] = state

    def poll(self) -> None:
        """Take what the engine has found since the last time."""
        session, run = self._session, self.run
        if session is None or run is None:
            return
        before = time.perf_counter()
        samples = session.poll()
        if samples:
            run.series.extend(samples)
            last = samples[-1]
            run.achieved_speed, run.simulated_s, run.events = last.achieved_speed, last.time_s, last.events
            self.sampled.emit()
        for problem in session.take_refusals():
            self._say(Message(text=str(problem), severity="warning", key="control"))
        if session.state in _ENDS:
            self._finish(_ENDS[session.state])
        spent_ms = (time.perf_counter() - before) * 1000
        self._timer.setInterval(max(_POLL_MS, int(spent_ms / _PAINT_SHARE)))

    def _begin(self, document: Document, plan: Plan) -> None:
        settings = self._choices.settings
        try:
            options = RunOptions(seed=settings.seed, duration_s=settings.run_duration_s or None, speed=self.speed)
            self._session = Session.start(plan, options)
        except (HVStudioError, ValueError) as error:
            self._cannot_start(error)
            return
        self.run = Run(
            name=f"Run {len(self.runs) + 1}",
            caption=self.caption(),
            document=document,
            plan=plan,
            options=options,
            engine=engine_name(),
            forecast=self._forecast if self._forecast is not None and self._forecast.document is document else None,
            series=Series(
                vms=len(plan.vm_block),
                pools=len(plan.pool_processors),
                layers=LAYER_COUNT + 1,
                stations=len(plan.station_name),
            ),
        )
        self.runs.append(self.run)
        self._followed = document
        self._go(RunState.RUNNING)
        self.started.emit(self.run)
        self._timer.start()
        self._follow_document()

    def _cannot_start(self, error: Exception) -> None:
        self._go(RunState.IDLE)
        text = str(error) if isinstance(error, HVStudioError) else f"The run could not start: {error}"
        self._say(Message(text=f"Cannot run. {text}", severity="error", key="run"))

    def _finish(self, state: RunState) -> None:
        session, run, restart = self._session, self.run, self.state is RunState.RESTARTING
        self._timer.stop()
        self._session = None
        if session is None or run is None:
            return
        run.series.extend(session.poll())
        run.results = session.results()
        if state is RunState.FAILED:
            run.problem = str(session.error)
            self._say(Message(text=f"The run failed. {run.problem}", severity="error", key="run"))
        self._tell_who_did_not_start(run)
        self._go(state)
        self.sampled.emit()
        self.finished.emit(run)
        if run.forecast is None:
            self._estimate(run)
        if restart:
            self.start()

    def _estimate(self, run: Run) -> None:
        def take(forecast: Forecast) -> None:
            run.forecast = forecast
            self.estimated.emit(run)

        self._runner.run(lambda: Forecast(document=run.document, estimate=estimate(run.plan)), take)

    def _tell_who_did_not_start(self, run: Run) -> None:
        off = [f"{run.plan.vm_name[i]} ({why})" for i, why in enumerate(run.plan.vm_cannot_start) if why]
        if off:
            text = f"Not started: {'; '.join(off[:3])}{' and others' if len(off) > 3 else ''}."
            self._say(Message(text=text, severity="warning", key="run-off"))

    def _forget(self) -> None:
        """Another document was opened: its runs begin anew."""
        self._timer.stop()
        session, self._session = self._session, None
        self._starting.drop()
        if session is not None:
            session.stop()
        self.runs.clear()
        self.run = self._followed = None
        self._go(RunState.IDLE)

    def _control(self, message: Any) -> bool:
        if self._session is None or not self.state.is_live:
            self._say(Message(text="Nothing is running. Press Space to run first.", key="control"))
            return False
        self._session.control(message)
        return True

    def _follow(self, event: Event) -> None:
        if event.replaced:
            self._forget()
        elif event.previous is not self._workspace.document:
            self._follow_document()
            was_outdated = self._followed is not None and _differ(self._followed, event.previous)
            if self._session is None and was_outdated != self.is_outdated:
                self.state_changed.emit(self.state)

    def _follow_document(self) -> None:
        """Tell the run what was edited: its plan is made anew in the background, and what differs is sent."""
        run, followed = self.run, self._followed
        if self._session is None or run is None or followed is None:
            return
        document, catalog = self._workspace.document, self._workspace.catalog
        self._followed = document
        change = between(followed, document)
        if not (change.changed or change.restacked):
            return  # names of the document, places: nothing that a plan is made from
        reached = run.reached
        self._edits.ask(
            lambda: difference(reached, compile_document(document, catalog)),
            lambda found: self._obey(run, found),
            lambda error: self._cannot_obey(run, error),
        )

    def _obey(self, run: Run, found: Difference) -> None:
        """Send the difference, unless it was meant for a run that is over."""
        if self._session is None or run is not self.run:
            return
        for message in found.messages:
            self._session.control(message)
        run.reached = found.reached
        self._set_needs(run, found.needs_new_run)

    def _cannot_obey(self, run: Run, error: Exception) -> None:
        if self._session is None or run is not self.run:
            return
        self._say(Message(text=f"This does not take effect in the run. {error}", severity="warning", key="control"))
        self._set_needs(run, (str(error),))

    def _set_needs(self, run: Run, needs: tuple[str, ...]) -> None:
        if needs != run.needs_new_run:
            run.needs_new_run = needs
            self.state_changed.emit(self.state)

    def _go(self, state: RunState) -> None:
        """The one place where the state changes."""
        if not may_follow(self.state, state):
            raise RuntimeError(f"a run that is {self.state} cannot be {state}")
        if state is not self.state:
            self.state = state
            self.state_changed.emit(state)


def _differ(followed: Document, present: Document) -> bool:
    """Whether blocks differ, not only where they stand or what the document is called."""
    if followed is present:
        return False
    change = between(followed, present)
    return bool(change.added or change.removed or change.changed or change.restacked)
