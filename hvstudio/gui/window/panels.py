"""The table of panels: title, place and making of each. Docks, View menu, command palette and layout follow it."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QWidget

from hvstudio.checks.finding import Finding
from hvstudio.gui.panels.architecture import ArchitecturePanel
from hvstudio.gui.panels.comparison import ComparisonPanel
from hvstudio.gui.panels.help import HelpPanel
from hvstudio.gui.panels.inspector import InspectorPanel
from hvstudio.gui.panels.outline import OutlinePanel
from hvstudio.gui.panels.palette import PalettePanel
from hvstudio.gui.panels.problems import ProblemsPanel
from hvstudio.gui.panels.results import ResultsPanel
from hvstudio.gui.panels.run_panel import RunPanel
from hvstudio.gui.window.actions.keys import keys_table
from hvstudio.gui.window.docks import BOTTOM, LEFT, RIGHT
from hvstudio.gui.window.navigation import go_to_block, go_to_finding, insert, show_rule
from hvstudio.gui.window.parts import Panel, Parts


def _palette(parts: Parts) -> QWidget:
    panel = PalettePanel(parts.workspace.catalog, parts.theme)
    panel.insert_requested.connect(lambda entry: insert(parts, entry))
    return panel


def _outline(parts: Parts) -> QWidget:
    return OutlinePanel(parts.workspace, parts.theme)


def _inspector(parts: Parts) -> QWidget:
    return InspectorPanel(parts.workspace, parts.theme)


def _architecture(parts: Parts) -> QWidget:
    panel = ArchitecturePanel(parts.workspace, runner=parts.runner, say=parts.say)
    panel.highlight_requested.connect(parts.canvas.set_highlight)
    panel.preview_offered.connect(parts.preview.watch)
    panel.offer_previews()
    parts.analysis.report_ready.connect(panel.set_report)
    parts.runs.caption = panel.summary
    return panel


def _help(parts: Parts) -> QWidget:
    panel = HelpPanel(parts.workspace.catalog, parts.theme, keys=keys_table())
    panel.example_requested.connect(parts.files.open_example)
    return panel


def _problems(parts: Parts) -> QWidget:
    def choose(finding: Finding) -> None:
        go_to_finding(parts, finding)

    panel = ProblemsPanel(parts.workspace, parts.theme)
    panel.finding_chosen.connect(choose)
    panel.rule_help_requested.connect(lambda rule: show_rule(parts, str(rule)))
    panel.details.preview_offered.connect(parts.preview.watch)
    parts.analysis.report_ready.connect(panel.set_report)
    return panel


def _run(parts: Parts) -> QWidget:
    panel = RunPanel(parts.runs, parts.choices, parts.theme)
    panel.vm_chosen.connect(lambda block: go_to_block(parts, str(block)))
    panel.export_requested.connect(lambda: parts.exports.export_plot(panel.plot.shown_metric))
    parts.analysis.forecast_ready.connect(panel.set_forecast)
    return panel


def _results(parts: Parts) -> QWidget:
    panel = ResultsPanel(parts.runs)
    panel.vm_chosen.connect(lambda block: go_to_block(parts, str(block)))
    return panel


def _comparison(parts: Parts) -> QWidget:
    panel = ComparisonPanel(parts.comparing, parts.theme)
    panel.vm_chosen.connect(lambda block: go_to_block(parts, str(block)))
    return panel


PANELS: Final[tuple[Panel, ...]] = (
    Panel(title="Palette", area=LEFT, make=_palette),
    Panel(title="Outline", area=LEFT, make=_outline),
    Panel(title="Inspector", area=RIGHT, make=_inspector),
    Panel(title="Architecture", area=RIGHT, make=_architecture),
    Panel(title="Help", area=RIGHT, make=_help),
    Panel(title="Problems", area=BOTTOM, make=_problems),
    Panel(title="Run", area=BOTTOM, make=_run),
    Panel(title="Results", area=BOTTOM, make=_results),
    Panel(title="Compare", area=BOTTOM, make=_comparison),
)
"""Those of one area stand behind each other, the first in front."""
