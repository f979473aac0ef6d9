"""Each architecture from an empty canvas, with a real mouse: composed, named, run, exported, opened again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.load import shipped_catalog
from hvstudio.files.store import load
from hvstudio.model.document import Document

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

MACHINES = 2


@dataclass(frozen=True)
class Architecture:
    """What is dragged from the palette, and what the studio must say about it."""

    class_name: str
    hardware: tuple[str, ...]
    # each is a product or kind, and the name in `made` of what it is dropped on
    stack: tuple[tuple[str, str], ...]
    guest: tuple[str, str]


TYPE_2 = Architecture(
    class_name="Type 2",
    hardware=("host-desktop-2007", "hdd-7k2", "nic-1g"),
    stack=(("windows-xp", "host"), ("virtual-pc-2007", "windows-xp")),
    guest=("windows-xp", "web-server"),
)
HYBRID = Architecture(
    class_name="Hybrid",
    hardware=("host-server-2005", "hdd-15k", "nic-1g"),
    stack=(("windows-server-2003", "host"), ("virtual-server-2005-r2", "host")),
    guest=("windows-server-2003", "web-server"),
)
TYPE_1 = Architecture(
    class_name="Type 1",
    hardware=("host-server-2016", "ssd-nvme", "nic-10g"),
    stack=(
        ("hyper-v-2016", "host"),
        ("parent_partition", "hyper-v-2016"),
        ("windows-server-2016", "parent_partition"),
    ),
    guest=("windows-server-2016", "web-server"),
)


@cache
def catalog() -> Catalog:
    """The blocks that ship."""
    return shipped_catalog()


def label_of(name: str) -> str:
    """What stands in the palette for a product or a kind."""
    product = catalog().product(name)
    return product.label if product is not None else catalog().kind(name).label


def click_beside_everything(studio) -> None:
    """Gives the window the keyboard: without a window manager only a click does after a dialog was closed."""
    x, y, width, _ = studio.at_rest()["canvas"]
    studio.mouse.click((x + width / 2, y + 12))


def start_with_an_empty_canvas(studio) -> None:
    """Puts away the example that the studio shows first."""
    x, y, width, _ = studio.wait_for(
        "the first example", lambda seen: seen.get("blocks") and seen["canvas"], seconds=30
    )
    studio.mouse.click((x + width / 2, y + 20))
    studio.press("ctrl+n")
    studio.wait_for("an empty canvas", lambda seen: not seen["blocks"])


def drop(studio, name: str, support: str | None) -> str:
    """Finds a block in the palette, drags it onto another one (or the empty canvas) and gives the new block's id."""
    before = set(studio.geometry()["blocks"])
    look_up(studio, name)
    seen = studio.at_rest()
    if support is None:
        x, y, width, height = seen["canvas"]
        end = (x + width / 2, y + height * 0.8)
    else:
        end = studio.middle_of(seen["blocks"][support])
    studio.mouse.drag(studio.middle_of(seen["palette"][name]), end)
    new = studio.wait_for(f"{name} on the canvas", lambda seen: set(seen["blocks"]) - before)
    kind = catalog().product(name).kind if catalog().product(name) is not None else name
    (block,) = (item for item in new if item.startswith(kind) or len(new) == 1)
    return block


def look_up(studio, name: str) -> None:
    """Types the block's name into the palette's filter; again, if the window had not yet got the keyboard."""
    for _ in range(3):
        studio.click(studio.geometry()["fields"]["paletteFilter"])
        studio.press("ctrl+a")
        studio.type(label_of(name))
        if studio.has(lambda seen: name in seen["palette"] and only_fitting(seen["palette"], name), seconds=3):
            return
    studio.wait_for(f"{name} in the palette", lambda seen: name in seen["palette"])


def only_fitting(shown: dict[str, object], name: str) -> bool:
    """Whether the filter has left only blocks whose label contains that of `name`."""
    return all(label_of(name).casefold() in label_of(entry).casefold() for entry in shown)


def compose(studio, architecture: Architecture) -> tuple[str, list[str]]:
    """Builds the whole stack with the mouse and gives the hypervisor's id and the VMs' ids."""
    made: dict[str, str] = {}
    host, *devices = architecture.hardware
    made["host"] = drop(studio, host, None)
    for device in devices:
        drop(studio, device, made["host"])
    for name, support in architecture.stack:
        made[name] = drop(studio, name, made[support])
    hypervisor = next(made[name] for name, _ in architecture.stack if catalog().product(name).kind == "hypervisor")
    machines: list[str] = []
    for _ in range(MACHINES):
        machine = drop(studio, "vm", hypervisor)
        guest_os = drop(studio, architecture.guest[0], machine)
        drop(studio, architecture.guest[1], guest_os)
        machines.append(machine)
    return hypervisor, machines


def kinds_in(document: Document) -> list[str]:
    """The kinds of all blocks, sorted."""
    return sorted(block.kind for block in document.blocks.values())


@pytest.mark.parametrize("architecture", [TYPE_2, HYBRID, TYPE_1], ids=lambda item: item.class_name)
def test_an_architecture_is_composed_named_run_exported_and_opened_again(
    studio, architecture: Architecture, tmp_path: Path
) -> None:
    start_with_an_empty_canvas(studio)
    hypervisor, machines = compose(studio, architecture)
    studio.wait_for(
        f"the class {architecture.class_name}",
        lambda seen: architecture.class_name in seen["classes"].get(hypervisor, ""),
    )
    studio.photograph("composed")

    click_beside_everything(studio)
    studio.press("space")
    studio.wait_for("the run", lambda seen: seen["run"] == "running" or seen["points"] > 0)
    studio.wait_for(
        "every VM's curve to rise",
        lambda seen: seen["points"] > 5 and all(seen["values"].get(machine, 0) > 0 for machine in machines),
        seconds=30,
    )
    studio.photograph("running")

    picture = tmp_path / "exported.png"
    export(studio, picture)
    exported = load(picture)
    assert kinds_in(exported).count("vm") == MACHINES
    assert {block.id for block in exported.blocks.values()} == set(studio.geometry()["names"])

    save(studio, tmp_path / "composed.hvs")
    open_again(studio, picture)
    studio.wait_for(
        "the picture as a model",
        lambda seen: picture.stem in seen["title"] and set(seen["names"]) == set(exported.blocks),
    )
    studio.photograph("opened-again")


def export(studio, target: Path) -> None:
    """Exports through the dialog, as a person does."""
    studio.click(studio.at_rest()["buttons"]["button.export"])
    button = studio.wait_for("the export dialog", lambda seen: seen["buttons"].get("exportButton"))
    studio.click(button)
    fill_in_file_dialog(studio, target)
    studio.wait_for("the exported picture", lambda _: target.exists() and target.stat().st_size > 0)


def save(studio, target: Path) -> None:
    """Saves under a name, so that nothing unsaved is asked about afterwards."""
    studio.click(studio.at_rest()["buttons"]["button.save"])
    fill_in_file_dialog(studio, target)
    studio.wait_for("the saved file", lambda seen: target.exists() and not seen["modified"])


def open_again(studio, source: Path) -> None:
    """Opens a file through the dialog."""
    studio.click(studio.at_rest()["buttons"]["button.open"])
    fill_in_file_dialog(studio, source)


def fill_in_file_dialog(studio, path: Path) -> None:
    """Types a path into the file dialog."""
    studio.wait_for("the file dialog", lambda seen: seen["fields"].get("fileNameEdit"))
    studio.click(studio.at_rest()["fields"]["fileNameEdit"])
    studio.press("ctrl+a")
    studio.type(str(path))
    studio.photograph(f"dialog-{path.name}")
    studio.press("Return")
    studio.wait_for("the file dialog to close", lambda seen: "fileNameEdit" not in seen["fields"])
