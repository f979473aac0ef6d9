"""What the window shows, for a place without one: the findings, the run, its table, and the two pictures as PNG.

Runs inside the private environment: `bootstrap.py run` starts it where no window can open.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hvstudio.catalog.load import shipped_catalog
from hvstudio.cli.main import main as command_line
from hvstudio.cli.output.progress import ProgressBar
from hvstudio.cli.simulate import results_text
from hvstudio.errors import HVStudioError
from hvstudio.files.store import load, write_atomically
from hvstudio.insight.naming import hosts_by_block
from hvstudio.model.document import Document
from hvstudio.simulation.compile import compile_document
from hvstudio.simulation.plan.plan import LAYER_COUNT, Plan
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.sample import Sample
from hvstudio.simulation.run.session import Session

if TYPE_CHECKING:
    from hvstudio.simulation.run.results import Results

SIMULATED_S = 60.0
POLL_S = 0.05


def tour(file: Path, folder: Path) -> int:
    """Validates and simulates the composition in `file`; the pictures go to `folder`. Gives the exit code."""
    document = load(file)
    print(f"\n{document.title}\n\n{document.notes}\n", flush=True)
    command_line(["validate", str(file)])
    print(flush=True)
    plan = compile_document(document, shipped_catalog())
    results, samples = run(plan)
    print(results_text({"title": document.title, **results.to_json()}, hosts_by_block(document)), flush=True)
    diagram, plot = folder / f"{file.stem}.png", folder / f"{file.stem}-throughput.png"
    write_atomically(plot, plot_of(document, plan, samples))
    code = command_line(["export", str(file), "-o", str(diagram), "--scale", "2"])
    print(f"The plot of every VM's throughput is in {plot}.")
    return code


def run(plan: Plan) -> tuple[Results, list[Sample]]:
    """One run as the window does it, with a progress bar in place of the curves."""
    session, samples = Session.start(plan, RunOptions(duration_s=SIMULATED_S)), list[Sample]()
    with ProgressBar("Simulating") as bar:
        while not session.wait(POLL_S):
            samples += session.poll()
            bar(session.time_s / SIMULATED_S)
    samples += session.poll()
    results = session.results()
    if results is None:
        raise session.error or HVStudioError("the run gave no results")
    return results, samples


def plot_of(document: Document, plan: Plan, samples: list[Sample]) -> bytes:
    """The throughput of every VM over time, as PNG."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from hvstudio.gui.app import make_application
    from hvstudio.gui.look.theme import load_theme
    from hvstudio.gui.plots.export import plot_png
    from hvstudio.gui.plots.series import Series
    from hvstudio.gui.plots.throughput_plot import METRICS, CurveSpec

    make_application()
    theme = load_theme("light")
    guests = [column for column, is_guest in enumerate(plan.vm_is_guest) if is_guest]
    specs = [
        CurveSpec(block=plan.vm_block[column], name=plan.vm_name[column], column=column, colour=theme.curve(position))
        for position, column in enumerate(guests)
    ]
    series = Series(
        vms=len(plan.vm_block),
        pools=len(plan.pool_processors),
        layers=LAYER_COUNT + 1,
        stations=len(plan.station_name),
    )
    series.extend(samples)
    return plot_png(specs, series, metric=METRICS[0], theme=theme, title=document.title)


def folder_for_pictures() -> Path:
    """A folder where the person stands, or a temporary one where nothing can be written."""
    wanted = Path.cwd() / "hvstudio-pictures"
    try:
        wanted.mkdir(exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="hvstudio-pictures-"))
    return wanted


def main(argv: list[str]) -> int:
    """The tour of the file named on the command line."""
    try:
        return tour(Path(argv[0]), folder_for_pictures())
    except HVStudioError as error:
        print(f"HVStudio: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
