"""The themes: complete, the same tokens in both, and readable."""

from __future__ import annotations

import itertools
import re

import pytest

from hvstudio.catalog.kinds import KINDS
from hvstudio.errors import HVStudioError
from hvstudio.gui.look.icons import kind_icon
from hvstudio.gui.look.stylesheet import stylesheet
from hvstudio.gui.look.theme import Theme, block_colour, contrast, ink_of, load_theme, outline_of, palette, theme_names
from hvstudio.resources import names_in, read_text

pytestmark = pytest.mark.gui
GROUNDS = ("window", "surface", "surface-raised", "canvas", "hover", "selection")
LETTERING = ("text", "text-muted")
MARKS = ("accent", "error", "warning", "note", "success", "border-strong", "focus")


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> Theme:
    return load_theme(request.param)


def test_contrast_of_black_on_white_is_21_and_of_a_colour_on_itself_1() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#345678", "#345678") == pytest.approx(1)


def test_both_themes_have_the_same_tokens() -> None:
    assert theme_names() == ("dark", "light")
    assert set(load_theme("light").colours) == set(load_theme("dark").colours)


def test_lettering_is_readable_on_every_ground(theme: Theme) -> None:
    for text, ground in itertools.product(LETTERING, GROUNDS):
        assert contrast(theme.colour(text), theme.colour(ground)) >= 4.5, (text, ground)
    assert contrast(theme.colour("accent-text"), theme.colour("accent")) >= 4.5


def test_messages_in_colour_are_readable(theme: Theme) -> None:
    for text, ground in itertools.product(("error", "warning", "note", "success", "accent"), GROUNDS[:4]):
        assert contrast(theme.colour(text), theme.colour(ground)) >= 4.5, (text, ground)


def test_marks_and_curves_stand_out(theme: Theme) -> None:
    for mark, ground in itertools.product(MARKS, ("surface", "canvas")):
        assert contrast(theme.colour(mark), theme.colour(ground)) >= 3, (mark, ground)
    for number in range(12):
        assert contrast(theme.curve(number), theme.colour("surface")) >= 3, number
    assert theme.curve(12) == theme.curve(0)


@pytest.mark.parametrize("colour", [kind.colour for kind in KINDS.values()] + ["one that no theme has"])
def test_every_kind_of_block_is_readable_and_outlined(theme: Theme, colour: str) -> None:
    fill = block_colour(colour)
    assert contrast(theme.colour(ink_of(fill)), theme.colour(fill)) >= 4.5
    assert contrast(theme.colour("text-muted"), theme.colour(fill)) >= 4.5
    assert contrast(theme.colour(outline_of(fill)), theme.colour("canvas")) >= 3


def test_kinds_name_colours_that_every_theme_has(theme: Theme) -> None:
    assert {block_colour(kind.colour) for kind in KINDS.values()} <= set(theme.colours)


def test_an_unknown_colour_is_named_in_the_error(theme: Theme) -> None:
    with pytest.raises(HVStudioError, match="no colour called sky"):
        theme.colour("sky")


def test_style_sheet_leaves_no_token_unfilled(theme: Theme) -> None:
    assert not re.search(r"\{[a-z-]+\}", stylesheet(theme))


def test_palette_takes_the_window_colour(theme: Theme, qapp: object) -> None:
    assert palette(theme).window().color().name() == theme.colour("window")


def test_every_kind_has_an_icon_tinted_by_the_theme(theme: Theme, qapp: object) -> None:
    for kind in KINDS.values():
        picture = kind_icon(kind, theme).pixmap(32).toImage()
        points = [picture.pixelColor(x, y) for x in range(32) for y in range(32)]
        seen = {point.name() for point in points if point.alpha() == 255}
        assert theme.colour(outline_of(block_colour(kind.colour))) in seen, kind.name


def test_icons_are_drawings_without_colours_of_their_own() -> None:
    for name in names_in("icons", ".svg"):
        if name != "hvstudio.svg" and not name.startswith("control-"):
            assert "#" not in read_text(f"icons/{name}"), name
