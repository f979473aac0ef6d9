"""Declared once is true everywhere: one each of what people add, in a copy of the program, found wherever it belongs.

Each addition below is all there is to do, but for its tests: where it needs a second place, this file fails first.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

CHECKOUT = Path(__file__).resolve().parent.parent


@frozen
class Copy:
    """A copy of the program with its additions."""

    folder: Path

    def change(self, file: str, old: str, new: str) -> None:
        """Put `new` in the one place of a file that reads `old`."""
        text = (self.folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} has {text.count(old)} times {old!r}"
        (self.folder / file).write_text(text.replace(old, new), encoding="utf-8")

    def append(self, file: str, text: str) -> None:
        """Put text at the end of a file."""
        with (self.folder / file).open("a", encoding="utf-8") as stream:
            stream.write(text)

    def write(self, file: str, text: str) -> None:
        """A new file."""
        assert not (self.folder / file).exists()
        (self.folder / file).write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Python with the copy in front of everything installed."""
        environment = os.environ | {
            "PYTHONPATH": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "QT_QPA_PLATFORM": "offscreen",
            "HVSTUDIO_CONFIG_DIR": str(self.folder / "settings"),
        }
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
            timeout=120,
        )  # fmt: skip

    def told(self, script: str) -> dict[str, Any]:
        """What a script in the copy prints as JSON."""
        done = self.run("-c", script)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def hvstudio(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command line of the copy."""
        return self.run("-m", "hvstudio", *arguments)


PRODUCT = """
[[product]]
id = "drum-1956"
kind = "disk"
label = "Drum store"
year = 1956
doc = "A magnetic drum."
[product.defaults]
random_read_s = { value = 17e-3, source = "made up for this test" }
"""

RULE = '''

@rule(
    "good_practice.drum",
    Role.PHYSICAL_DISK,
    title="A drum in a museum piece",
    severity=Severity.NOTE,
    why="Drums left the trade.",
    source="made up for this test",
    remedy="Choose a disk of this century.",
)
def drum(scene: Scene, disk: Block) -> Sequence[Hit]:
    """Disks that are drums."""
    return [Hit(block=disk.id, message="This is a drum.")] if disk.product == "drum-1956" else []
'''

KIND = """TAPE: Final = Kind(
    name="tape", label="Tape drive", plural="Tape drives", role=Role.PHYSICAL_DISK, seat=Seat.BUILT_IN,
    rests_on=(Role.HARDWARE,), palette_group="Hardware", doc="A drive with a reel on it.",
    appearance=Appearance(shape=Shape.CHIP), key_facts=(KeyFact(parameter="capacity_bytes"),),
    parameters=DISK.parameters,
)

"""

ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">
<circle cx="12" cy="12" r="9" fill="currentColor"/>
</svg>
"""

FORMAT = '''"""Cards: a line for each host."""

from __future__ import annotations

from hvstudio.files.importers.format import Imported, ImportFormat
from hvstudio.model.document import Block, BlockId, Document


def _read(content: bytes, name: str) -> Imported:
    hosts = [Block(id=BlockId(f"host-{row}"), kind="host", name=line) for row, line in enumerate(_lines(content), 1)]
    document = Document(title=name, blocks={block.id: block for block in hosts}, next_number=len(hosts) + 1)
    return Imported(document=document, remarks=("disks were not punched.",))


def _lines(content: bytes) -> list[str]:
    return content.decode().splitlines()[1:]


FORMAT = ImportFormat(
    name="cards", label="Punched cards", endings=(".crd",), sniff=lambda head: head.startswith(b"CARDS"), read=_read
)
'''

PARAMETER = """    _per_request("prologue_cycles", "Prologue", 0.0, "Cycles before all else.",
                 maximum=1e15, quantity=Quantity.CYCLES),
"""
FIRST_OF_A_REQUEST = '    _per_request("user_cycles"'
OWN_WORK = 'own_user = assembly.number(workload, "user_cycles")'
PROLOGUE = ' + assembly.number(workload, "prologue_cycles")'


PANEL = '''"""A page of remarks."""

from PySide6.QtWidgets import QPlainTextEdit


class RemarksPanel(QPlainTextEdit):
    """A place to write."""
'''
LAST_PANEL = '    Panel(title="Compare", area=BOTTOM, make=_comparison),\n'
PANEL_ROW = '    Panel(title="Remarks", area=RIGHT, make=lambda parts: RemarksPanel()),\n'
LAST_PANEL_IMPORT = "from hvstudio.gui.panels.run_panel import RunPanel\n"
LAST_ACTION = '    Action(name="about",'
ACTION = """    Action(name="greet", text="Say hello", menu="Help", keys=("Ctrl+Alt+H",), tip="A greeting",
           act=lambda parts: parts.window.setObjectName("hello")),
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """The copy, with one of each added."""
    folder = tmp_path_factory.mktemp("copy")
    leave = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "hvstudio", folder / "hvstudio", ignore=leave)
    shutil.copytree(CHECKOUT / "resources", folder / "hvstudio" / "data", ignore=leave)
    made = Copy(folder)
    made.append("hvstudio/data/catalog/hardware.toml", PRODUCT)
    made.append("hvstudio/checks/rules/good_practice.py", RULE)
    declared = "hvstudio/catalog/declared"
    made.change(f"{declared}/hardware.py", "# fmt: on\n\nHARDWARE_KINDS: Final = (HOST, DISK, NIC)",
                f"{KIND}# fmt: on\n\nHARDWARE_KINDS: Final = (HOST, DISK, NIC, TAPE)")  # fmt: skip
    made.write("hvstudio/data/icons/tape.svg", ICON)
    made.write("hvstudio/files/importers/cards.py", FORMAT)
    made.change(f"{declared}/workload.py", FIRST_OF_A_REQUEST, PARAMETER + FIRST_OF_A_REQUEST)
    made.change("hvstudio/simulation/compile/demand.py", OWN_WORK, OWN_WORK + PROLOGUE)
    made.write("hvstudio/gui/panels/remarks.py", PANEL)
    made.change("hvstudio/gui/window/panels.py", LAST_PANEL_IMPORT,
                "from hvstudio.gui.panels.remarks import RemarksPanel\n" + LAST_PANEL_IMPORT)  # fmt: skip
    made.change("hvstudio/gui/window/panels.py", LAST_PANEL, LAST_PANEL + PANEL_ROW)
    made.change("hvstudio/gui/window/actions/help.py", LAST_ACTION, ACTION + LAST_ACTION)
    _write_examples(made.folder)
    return made


def _write_examples(folder: Path) -> None:
    """A composition of what ships, and the same with a drum instead of its disk, on tape, and with a prologue."""
    shipped = json.loads((CHECKOUT / "resources/examples/hyper-v-2016.hvs").read_text(encoding="utf-8"))

    def save(name: str, of: str, **changes: object) -> None:
        blocks = [block | changes if block["kind"] == of else block for block in shipped["blocks"]]
        (folder / name).write_text(json.dumps(shipped | {"blocks": blocks}), encoding="utf-8")

    save("shipped.hvs", "none")
    save("drum.hvs", "disk", product="drum-1956")
    save("tape.hvs", "disk", kind="tape", product="")
    for block in shipped["blocks"]:
        if block["kind"] == "workload":
            block.setdefault("parameters", {})["prologue_cycles"] = 1e6
    save("prologue.hvs", "none")


def test_the_copy_is_what_runs(copy: Copy) -> None:
    found = copy.told(
        "import json, hvstudio, hvstudio.data;"
        "print(json.dumps({'code': hvstudio.__file__, 'data': hvstudio.data.__file__}))"
    )
    assert Path(found["code"]) == copy.folder / "hvstudio" / "__init__.py"
    assert Path(found["data"]) == copy.folder / "hvstudio" / "data" / "__init__.py"


def test_a_rule_is_in_the_findings_the_reference_and_the_reports(copy: Copy) -> None:
    hit = json.loads(copy.hvstudio("validate", "drum.hvs", "--json").stdout)
    assert [item["message"] for item in hit["findings"] if item["rule"] == "good_practice.drum"] == ["This is a drum."]
    quiet = json.loads(copy.hvstudio("validate", "shipped.hvs", "--json").stdout)
    assert "good_practice.drum" not in {item["rule"] for item in quiet["findings"]}
    sarif = json.loads(copy.hvstudio("validate", "drum.hvs", "--sarif").stdout)
    rules = {item["id"]: item for item in sarif["runs"][0]["tool"]["driver"]["rules"]}
    assert rules["good_practice.drum"]["shortDescription"]["text"] == "A drum in a museum piece"
    found = copy.told(
        "import json; from hvstudio.checks.reference import all_rules_markdown, rule_page;"
        "print(json.dumps({'page': rule_page('good_practice.drum'), 'all': all_rules_markdown()}))"
    )
    assert "**Looks at:** Disks that are drums." in found["page"]
    assert "\n### A drum in a museum piece\n" in found["all"]


def test_an_import_format_is_in_the_help_and_reads(copy: Copy) -> None:
    assert "Punched cards (.crd)" in copy.hvstudio("import", "--help").stdout
    (copy.folder / "rack.crd").write_text("CARDS\nleft\nright\n", encoding="utf-8")
    done = copy.hvstudio("import", "rack.crd", "-o", "rack.hvs")
    assert (done.returncode, done.stdout) == (0, "Read rack.crd as Punched cards and wrote rack.hvs.\n")
    assert done.stderr == "hvstudio: rack.crd: disks were not punched.\n"
    made = json.loads((copy.folder / "rack.hvs").read_text(encoding="utf-8"))
    assert [block["name"] for block in made["blocks"]] == ["left", "right"]
    refused = copy.hvstudio("import", "shipped.hvs", "-o", "b.hvs")
    assert refused.returncode == 2
    assert "This version imports: Punched cards." in refused.stderr


PLANS = """
import json
from hvstudio.catalog.load import shipped_catalog
from hvstudio.files.store import load
from hvstudio.simulation.compile.document import compile_document
from hvstudio.simulation.plan.plan import Layer
def plan(name):
    return compile_document(load(f"{name}.hvs"), shipped_catalog())
def user_cycles(name):
    found = plan(name)
    return float(sum(found.step_mean[found.step_layer == Layer.GUEST_USER]))
print(json.dumps({
    "stations": {name: plan(name).station_block for name in ("shipped", "tape")},
    "user_cycles": {name: user_cycles(name) for name in ("shipped", "prologue")},
    "workloads": sum(block.kind == "workload" for block in load("shipped.hvs").blocks.values()),
}))
"""


def test_kind_and_parameter_are_in_the_plan_of_a_run(copy: Copy) -> None:
    found = copy.told(PLANS)
    assert "disk-2" in found["stations"]["tape"]
    assert set(found["stations"]["tape"]) == set(found["stations"]["shipped"])
    # each of the workloads has a million cycles more to do
    assert found["user_cycles"]["prologue"] == found["user_cycles"]["shipped"] + 1e6 * found["workloads"]


def test_a_parameter_can_be_varied_by_name(copy: Copy) -> None:
    found = copy.hvstudio("sweep", "shipped.hvs", "--vary", "workload-12.prologue=1")
    assert "prologue_cycles" in found.stderr


WINDOW = """
import json
from PySide6.QtWidgets import QApplication
from hvstudio.catalog.load import shipped_catalog
from hvstudio.editor.slots import kinds_for
from hvstudio.editor.workspace import Workspace
from hvstudio.files.store import load
from hvstudio.gui.drawing.composing import compose
from hvstudio.gui.look.icons import kind_icon
from hvstudio.gui.look.theme import load_theme
from hvstudio.gui.panels.help import HelpPanel
from hvstudio.gui.panels.inspector import InspectorPanel
from hvstudio.gui.panels.palette import PalettePanel
application = QApplication([])
catalog, theme = shipped_catalog(), load_theme("light")
palette = PalettePanel(catalog, theme)
texts = [index.data() for _, index in palette.entries()]
workspace = Workspace(load("tape.hvs"), catalog=catalog)
inspector = InspectorPanel(workspace, theme)
def rows(kind):
    workspace.select([next(block.id for block in workspace.document.blocks.values() if block.kind == kind)])
    return list(inspector.rows)
picture = compose(load("tape.hvs"), catalog, theme=theme)
drum = compose(load("drum.hvs"), catalog, theme=theme)
def face(picture, kind):
    return picture.faces.of(next(block for block in picture.document.blocks.values() if block.kind == kind))
print(json.dumps({
    "palette": texts,
    "on_a_host": kinds_for(catalog, "host"),
    "disk_targets": catalog.kinds["virtual_disk"].attaches_to,
    "tape_rows": rows("tape"), "workload_rows": rows("workload"),
    "tape_facts": face(picture, "tape").facts, "tape_shape": face(picture, "tape").shape.value,
    "drum_facts": face(drum, "disk").facts,
    "icon": not kind_icon(catalog.kinds["tape"], theme).isNull(),
}))
"""


def test_product_kind_and_parameter_are_in_palette_inspector_and_diagram(copy: Copy) -> None:
    found = copy.told(WINDOW)
    assert "Drum store" in found["palette"]
    assert "Tape drive" in found["palette"]
    assert "tape" in found["on_a_host"]
    assert found["disk_targets"] == ["virtual_disk", "disk", "tape"]
    assert "parallelism" in found["tape_rows"]
    assert "prologue_cycles" in found["workload_rows"]
    assert (found["tape_shape"], found["tape_facts"]) == ("chip", "500 GiB")
    assert found["drum_facts"] == "Drum store · 500 GiB"
    assert found["icon"]


WHOLE_WINDOW = """
import json
from PySide6.QtWidgets import QApplication, QDockWidget, QMenu
from hvstudio.catalog.load import shipped_catalog
from hvstudio.editor.workspace import Workspace
from hvstudio.gui.app import make_application
from hvstudio.gui.window.actions.keys import keys_table
from hvstudio.gui.window.main_window import MainWindow
from hvstudio.gui.work.background import Background
from hvstudio.gui.work.choices import Choices
from hvstudio.model.document import Document
application = make_application()
runner = Background()
window = MainWindow(Workspace(Document(), catalog=shipped_catalog()), runner=runner, choices=Choices(runner))
menus = {menu.title().replace("&", ""): [item.text().replace("&", "") for item in menu.actions()]
         for menu in window.menuBar().findChildren(QMenu)}
greet = next(action for menu in window.menuBar().findChildren(QMenu) for action in menu.actions()
             if action.text().replace("&", "") == "Say hello")
greet.trigger()
print(json.dumps({
    "docks": [dock.windowTitle() for dock in window.findChildren(QDockWidget)],
    "menus": menus,
    "keys": keys_table(),
    "commands": [command.text for command in window.parts.command_palette.collect()],
    "name": window.objectName(),
}))
window.shut_down()
"""


def test_panel_and_action_are_in_docks_menus_command_palette_and_on_the_page_of_keys(copy: Copy) -> None:
    found = copy.told(WHOLE_WINDOW)
    assert "Remarks" in found["docks"]
    assert any("Remarks" in items for title, items in found["menus"].items() if title != "Help")
    assert "Say hello" in found["menus"]["Help"]
    assert "Say hello" in found["commands"]
    assert any("Remarks" in command for command in found["commands"])
    assert "A greeting" in found["keys"]
    assert "Ctrl+Alt+H" in found["keys"]
    assert found["name"] == "hello"
