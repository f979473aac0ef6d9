"""The look as data: colours by token from `resources/themes/*.toml`, and the Qt palette made of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any, Final, Protocol, runtime_checkable

from attrs import field, frozen
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette

from hvstudio.errors import HVStudioError
from hvstudio.resources import names_in, read_text

CURVE_COUNT: Final = 12
_BLOCK: Final = "block."


@frozen(kw_only=True, eq=False)
class Theme:
    """The colours of one look. `colour` takes a token such as "text", "curve.3", or for blocks those below."""

    name: str
    dark: bool
    colours: Mapping[str, str] = field(repr=False)

    def colour(self, token: str) -> str:
        """The colour of a token as "#rrggbb"; HVStudioError for an unknown token.

        A colour of blocks that this theme lacks, of a plug-in or a newer version, gives a neutral one.
        """
        found = self.colours.get(token)
        if found is None and token.startswith(_BLOCK):
            found = self.colours[_neutral(token)]
        if found is None:
            raise HVStudioError(f"there is no colour called {token}", where=f"theme {self.name}")
        return found

    def qcolor(self, token: str, alpha: int = 255) -> QColor:
        """The colour of a token for painting, `alpha` from 0 (clear) to 255 (solid)."""
        colour = QColor(self.colour(token))
        colour.setAlpha(alpha)
        return colour

    def curve(self, position: int) -> str:
        """The colour of the curve at a position counted from 0; colours repeat after the twelfth."""
        return self.colour(f"curve.{position % CURVE_COUNT + 1}")


@runtime_checkable
class Themed(Protocol):
    """What draws in colours of its own. A part of a window that has this method is found and told of another theme."""

    def apply_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        ...


def block_colour(name: str) -> str:
    """The token of the ground of blocks whose kind declares the colour of that name."""
    return _BLOCK + name


def outline_of(fill: str) -> str:
    """The token of the lines around a ground."""
    return f"{fill}.border"


def ink_of(fill: str) -> str:
    """The token of the letters on a ground."""
    return f"{fill}.text"


def _neutral(token: str) -> str:
    if token.endswith(".text"):
        return "text"
    return "border-strong" if token.endswith(".border") else "surface"


def load_theme(name: str) -> Theme:
    """The shipped theme of that name: "light" or "dark"."""
    data = tomllib.loads(read_text(f"themes/{name}.toml"))
    colours: dict[str, str] = dict(data["colours"])
    for name_of_colour, entry in data["block"].items():
        fill = block_colour(name_of_colour)
        colours[fill] = entry["fill"]
        colours[ink_of(fill)] = entry["text"]
        colours[outline_of(fill)] = entry["border"]
    for section in ("curve", "layer"):
        _copy_section(data[section], section, colours)
    return Theme(name=name, dark=bool(data["dark"]), colours=colours)


def theme_names() -> tuple[str, ...]:
    """The themes that ship, by name."""
    return tuple(name.removesuffix(".toml") for name in names_in("themes", ".toml"))


def _copy_section(entries: Mapping[str, Any], section: str, into: dict[str, str]) -> None:
    for name, colour in entries.items():
        into[f"{section}.{name}"] = colour


def contrast(first: str, second: str) -> float:
    """How well two colours can be told apart, from 1 (not at all) to 21 (black on white).

    Source: WCAG 2.1, definitions of "contrast ratio" and "relative luminance".
    """
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


_ROLES: Final = (
    (QPalette.ColorRole.Window, "window"),
    (QPalette.ColorRole.WindowText, "text"),
    (QPalette.ColorRole.Base, "surface"),
    (QPalette.ColorRole.AlternateBase, "surface-raised"),
    (QPalette.ColorRole.ToolTipBase, "surface-raised"),
    (QPalette.ColorRole.ToolTipText, "text"),
    (QPalette.ColorRole.PlaceholderText, "text-muted"),
    (QPalette.ColorRole.Text, "text"),
    (QPalette.ColorRole.Button, "surface-raised"),
    (QPalette.ColorRole.ButtonText, "text"),
    (QPalette.ColorRole.BrightText, "error"),
    (QPalette.ColorRole.Highlight, "accent"),
    (QPalette.ColorRole.HighlightedText, "accent-text"),
    (QPalette.ColorRole.Link, "accent"),
    (QPalette.ColorRole.LinkVisited, "accent"),
    (QPalette.ColorRole.Light, "surface-raised"),
    (QPalette.ColorRole.Midlight, "border"),
    (QPalette.ColorRole.Mid, "border"),
    (QPalette.ColorRole.Dark, "border-strong"),
    (QPalette.ColorRole.Shadow, "shadow"),
    (QPalette.ColorRole.Accent, "accent"),
)

_DISABLED_ROLES: Final = (
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Text,
    QPalette.ColorRole.ButtonText,
    QPalette.ColorRole.PlaceholderText,
)


def palette(theme: Theme) -> QPalette:
    """The Qt palette of a theme, disabled controls included."""
    result = QPalette()
    for role, token in _ROLES:
        result.setColor(role, theme.qcolor(token))
    for role in _DISABLED_ROLES:
        result.setColor(QPalette.ColorGroup.Disabled, role, theme.qcolor("text-disabled"))
    result.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, theme.qcolor("border"))
    return result


_PREFERRED_FAMILIES: Final = ("Inter", "Segoe UI", "Helvetica Neue", "Noto Sans", "Cantarell", "Ubuntu", "DejaVu Sans")


def interface_font() -> QFont:
    """The system's interface font, or a well-drawn sans serif where the system names none."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    families = set(QFontDatabase.families())
    if font.family() not in families:
        chosen = next((name for name in _PREFERRED_FAMILIES if name in families), "")
        if chosen:
            font.setFamily(chosen)
    if font.pointSizeF() < 9:
        font.setPointSizeF(9.0)
    return font
