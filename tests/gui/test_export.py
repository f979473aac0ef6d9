"""Exported pictures: sizes, real text, nothing external, and the document inside."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QGuiApplication, QImage

from hvstudio.catalog.catalog import Catalog
from hvstudio.checks.run import check
from hvstudio.errors import HVStudioError
from hvstudio.files.examples import example_names, load_example
from hvstudio.files.store import load
from hvstudio.gui.drawing.lettering import Lettering
from hvstudio.gui.look.theme import Theme, load_theme
from hvstudio.gui.pictures.export import (
    Look,
    copy_to_clipboard,
    export_file,
    render_image,
    render_pdf,
    render_png,
    render_svg,
)
from hvstudio.model.document import Document
from hvstudio.model.edits import add_block, rename_block

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: bytes) -> str:
    return " ".join("".join(node.itertext()) for node in ET.fromstring(svg).iter(f"{SVG}text"))


@pytest.mark.usefixtures("qapp")
class TestPng:
    @pytest.mark.parametrize("scale", [1.0, 2.0, 4.0, 8.0])
    def test_the_size_is_the_diagram_with_margins_times_the_scale(self, catalog: Catalog, scale: float) -> None:
        document, _ = add_block(Document(), kind="host", name="Host")
        image = QImage.fromData(render_png(document, catalog, scale=scale))
        # A host bar with a short name is 260 wide and 52 high; margins of 24 all around.
        assert (image.width(), image.height()) == (308 * scale, 100 * scale)
        assert round(image.dotsPerMeterX() * 0.0254) == pytest.approx(96 * scale, abs=1)

    def test_light_dark_and_transparent_grounds(self, catalog: Catalog, small_stack: Document) -> None:
        for theme in (load_theme("light"), load_theme("dark")):
            image = QImage.fromData(render_png(small_stack, catalog, theme=theme))
            assert image.pixelColor(0, 0) == QColor(theme.colour("surface"))
        clear = QImage.fromData(render_png(small_stack, catalog, transparent=True))
        assert clear.pixelColor(0, 0).alpha() == 0
        assert clear.pixelColor(clear.width() // 2, clear.height() - 60).alpha() == 255

    def test_the_same_document_gives_the_same_bytes(self, catalog: Catalog, small_stack: Document) -> None:
        assert render_png(small_stack, catalog) == render_png(small_stack, catalog)

    def test_a_picture_beyond_all_measure_is_refused_with_advice(self, catalog: Catalog) -> None:
        document, _ = add_block(Document(), kind="note", name="a", position=(0.0, 0.0))
        document, _ = add_block(document, kind="note", name="b", position=(90_000.0, 0.0))
        with pytest.raises(HVStudioError, match=r"Choose a smaller scale, or export SVG or PDF\."):
            render_png(document, catalog)

    def test_badges_only_when_asked_for(self, catalog: Catalog, small_stack: Document) -> None:
        report = check(small_stack, catalog)
        assert report.findings
        plain = render_image(small_stack, catalog, report=report)
        marked = render_image(small_stack, catalog, report=report, look=Look(with_badges=True))
        assert plain != marked


@pytest.mark.usefixtures("qapp")
class TestSvg:
    def test_text_is_text_and_there_are_no_bitmaps_and_nothing_external(
        self, catalog: Catalog, small_stack: Document
    ) -> None:
        report = check(small_stack, catalog)
        svg = render_svg(small_stack, catalog, report=report, look=Look(with_title=True, with_legend=True))
        root = ET.fromstring(svg)
        assert not list(root.iter(f"{SVG}image"))
        shown = texts(svg)
        for words in (
            "Server",
            "Hyper-V",
            "VM 1",
            "vDisk 1",
            "1 vCPU · 1 GiB",
            "Type 1",
            "Untitled",
            "Virtual machine",
        ):
            assert words in shown
        links = {value for node in root.iter() for name, value in node.attrib.items() if name.endswith("href")}
        assert all(link.startswith("#") for link in links)
        assert not re.findall(rb"url\((?!#)", svg)

    def test_fonts_end_in_a_generic_one(self, catalog: Catalog, small_stack: Document) -> None:
        svg = render_svg(small_stack, catalog).decode()
        families = set(re.findall(r'font-family="([^"]*)"', svg))
        assert families
        assert all(family.endswith("sans-serif") for family in families)

    def test_every_text_says_how_long_it_is_for_systems_with_other_fonts(
        self, catalog: Catalog, small_stack: Document
    ) -> None:
        lettering = Lettering()
        for node in ET.fromstring(render_svg(small_stack, catalog)).iter(f"{SVG}text"):
            if node.text == "Hyper-V":
                assert float(node.attrib["textLength"]) == pytest.approx(lettering.width("title", "Hyper-V"), abs=0.1)
            assert "textLength" in node.attrib

    def test_hostile_names_stay_text(self, catalog: Catalog, small_stack: Document) -> None:
        name = '<script>alert("&")</script>'
        vm = next(block.id for block in small_stack.blocks.values() if block.name == "VM 1")
        svg = render_svg(rename_block(small_stack, vm, name), catalog)
        assert not list(ET.fromstring(svg).iter(f"{SVG}script"))
        assert "<script>" in texts(svg)

    @pytest.mark.parametrize("name", example_names())
    def test_every_example_has_all_its_names_in_the_picture(self, catalog: Catalog, name: str) -> None:
        document = load_example(name)
        shown = texts(render_svg(document, catalog))
        missing = [
            block.name
            for block in document.blocks.values()
            if block.kind != "note" and block.name not in shown and block.name[:5] not in shown
        ]
        assert not missing


@pytest.mark.usefixtures("qapp")
class TestFiles:
    @pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf", ".PNG"])
    def test_every_export_opens_again_as_the_model(
        self, catalog: Catalog, small_stack: Document, tmp_path: Path, suffix: str
    ) -> None:
        path = tmp_path / f"picture{suffix}"
        export_file(small_stack, catalog, path)
        assert load(path) == small_stack

    def test_other_suffixes_are_refused(self, catalog: Catalog, small_stack: Document, tmp_path: Path) -> None:
        with pytest.raises(HVStudioError, match="PNG, SVG or PDF"):
            export_file(small_stack, catalog, tmp_path / "picture.bmp")
        assert not list(tmp_path.iterdir())

    def test_an_empty_document_is_a_small_empty_picture(self, catalog: Catalog, tmp_path: Path) -> None:
        for suffix in (".png", ".svg", ".pdf"):
            export_file(Document(), catalog, tmp_path / f"empty{suffix}")
            assert load(tmp_path / f"empty{suffix}") == Document()

    def test_pdf_is_one_page_of_the_size_of_the_diagram_with_letters(
        self, catalog: Catalog, small_stack: Document
    ) -> None:
        pdf = render_pdf(small_stack, catalog)
        assert pdf.startswith(b"%PDF-")
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
        assert b"/Subtype /Image" not in pdf
        assert b"/Font" in pdf

    def test_dark_colours_do_not_leak_into_light_exports(self, catalog: Catalog, small_stack: Document,
                                                         dark: Theme) -> None:  # fmt: skip
        svg = render_svg(small_stack, catalog).decode()
        assert dark.colour("block.vm") not in svg
        assert dark.colour("block.vm") in render_svg(small_stack, catalog, theme=dark).decode()

    def test_the_clipboard_gets_png_and_svg_at_once(self, catalog: Catalog, small_stack: Document) -> None:
        copy_to_clipboard(small_stack, catalog)
        data = QGuiApplication.clipboard().mimeData()
        assert data.hasImage()
        assert bytes(data.data("image/png").data()).startswith(b"\x89PNG")
        assert b"<svg" in bytes(data.data("image/svg+xml").data())


def test_a_program_that_ends_with_blocks_on_the_clipboard_ends_well(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from hvstudio.gui.clipboard import put_on_clipboard\n"
        "application = QApplication([])\n"
        "put_on_clipboard({'application/x-test': b'1'}, text='text')\n"
        "formats = application.clipboard().mimeData().formats()\n"
        "sys.exit(0 if 'application/x-test' in formats and 'text/plain' in formats else 3)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_exporting_works_without_a_window_or_an_application(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path\n"
        "from hvstudio.catalog.load import shipped_catalog\n"
        "from hvstudio.files.examples import load_example\n"
        "from hvstudio.gui.pictures.export import export_file\n"
        "document, catalog = load_example('virtual-pc'), shipped_catalog()\n"
        "for suffix in ('png', 'svg', 'pdf'):\n"
        "    export_file(document, catalog, Path(f'out.{suffix}'))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert load(tmp_path / "out.pdf") == load_example("virtual-pc")
