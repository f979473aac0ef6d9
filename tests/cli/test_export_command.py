"""`hvstudio export`: a picture in the wished format that opens again as the model."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hvstudio.cli.main import main
from hvstudio.files.embedded import kind_of_export
from hvstudio.files.examples import example_text, load_example
from hvstudio.files.store import load

pytestmark = pytest.mark.gui


@pytest.fixture
def source(tmp_path: Path) -> str:
    """A document with a space and an umlaut in its name."""
    path = tmp_path / "größe 1.hvs"
    path.write_text(example_text("native"), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("suffix", "kind"), [("png", "PNG picture"), ("svg", "SVG picture"), ("pdf", "PDF file"), ("PNG", "PNG picture")]
)
def test_a_picture_is_written_that_opens_again(source: str, tmp_path: Path, suffix: str, kind: str) -> None:
    target = tmp_path / f"out.{suffix}"
    assert main(["export", source, "-o", str(target)]) == 0
    assert kind_of_export(target.read_bytes()) == kind
    assert load(target) == load_example("native")


def _png_size(path: Path) -> tuple[int, int]:
    header = path.read_bytes()[16:24]
    return int.from_bytes(header[:4], "big"), int.from_bytes(header[4:], "big")


def test_scale_multiplies_the_pixels(source: str, tmp_path: Path) -> None:
    for scale in ("1", "3"):
        assert main(["export", source, "-o", str(tmp_path / f"{scale}.png"), "--scale", scale]) == 0
    once, thrice = _png_size(tmp_path / "1.png"), _png_size(tmp_path / "3.png")
    assert thrice == pytest.approx((once[0] * 3, once[1] * 3), abs=3)


def test_themes_and_transparency_change_the_picture(source: str, tmp_path: Path) -> None:
    pictures = set()
    for number, options in enumerate([[], ["--theme", "dark"], ["--transparent"]]):
        target = tmp_path / f"{number}.png"
        assert main(["export", source, "-o", str(target), *options]) == 0
        pictures.add(target.read_bytes())
    assert len(pictures) == 3


def test_another_suffix_is_refused_before_anything_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "missing.hvs", "-o", "out.gif"]) == 2
    assert ".png, .svg or .pdf" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_refused(source: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", source, "-o", str(tmp_path / "missing" / "out.png")]) == 2
    assert "no such file or folder" in capsys.readouterr().err
    assert not os.path.exists(tmp_path / "missing")
