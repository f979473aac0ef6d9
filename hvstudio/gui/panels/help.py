"""The help panel: pages in Markdown that ship with the program, and a page for every rule."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtWidgets import QComboBox, QTextBrowser, QVBoxLayout, QWidget

from hvstudio.catalog.catalog import Catalog
from hvstudio.checks.reference import rule_page
from hvstudio.checks.register import RULES
from hvstudio.gui.look.theme import Theme
from hvstudio.resources import names_in, read_text

FIRST_PAGE: Final = "getting-started"
RULES_PAGE: Final = "rules"
_ORDER: Final = (
    FIRST_PAGE,
    "architectures",
    "composing",
    "running",
    "files",
    "keyboard",
    "assumptions",
)
_KEYS: Final = "{keys}"
"""Stands in the page of keys for the rows of the actions; `keys` of the panel are these rows."""
_STYLE: Final = """
body {{ color: {text}; }}
h1 {{ font-size: 15pt; font-weight: 600; margin-bottom: 6px; }}
h2 {{ font-size: 11pt; font-weight: 600; margin-top: 14px; }}
a {{ color: {accent}; }}
code {{ color: {note}; }}
"""


class HelpPanel(QWidget):
    """A browser of pages. Links between pages are their names ("running"), to rules "rule:<id>"."""

    example_requested = Signal(str)

    def __init__(self, catalog: Catalog, theme: Theme, *, keys: str = "") -> None:
        super().__init__()
        self.setObjectName("help")
        self.setAccessibleName("Help")
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._catalog = catalog
        self._theme = theme
        self._page = ""
        self._keys = keys
        self.chooser = QComboBox()
        self.chooser.setAccessibleName("Page")
        self.chooser.setPlaceholderText("All pages")
        self.browser = QTextBrowser()
        self.browser.setAccessibleName("Help text")
        self.browser.setOpenLinks(False)
        self.browser.anchorClicked.connect(self._follow_link)
        for name in page_names():
            self.chooser.addItem(page_title(name), name)
        self.chooser.addItem("All rules", RULES_PAGE)
        self.chooser.activated.connect(lambda: self.show_page(str(self.chooser.currentData())))
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 4, 4)
        column.setSpacing(6)
        column.addWidget(self.chooser)
        column.addWidget(self.browser, 1)
        self.setMinimumWidth(310)
        self.apply_theme(theme)

    def apply_theme(self, theme: Theme) -> None:
        """Write in another theme's colours."""
        self._theme = theme
        style = _STYLE.format(text=theme.colour("text"), accent=theme.colour("accent"), note=theme.colour("note"))
        self.browser.document().setDefaultStyleSheet(style)
        self._open(self._page or FIRST_PAGE)

    def show_page(self, name: str) -> None:
        """Show a page by its name; the first one for an empty name."""
        self._open(name or FIRST_PAGE)

    def show_rule(self, rule: str) -> None:
        """Show the page of a rule."""
        self._open(f"rule:{rule}")

    def _open(self, page: str) -> None:
        self._page = page
        if page.startswith("rule:"):
            text = _rule_text(page.removeprefix("rule:"))
            self.chooser.setCurrentIndex(-1)
        elif page == RULES_PAGE:
            text = rule_index()
            self.chooser.setCurrentIndex(self.chooser.findData(page))
        else:
            text = read_text(f"help/{page}.md") if page in page_names() else f"# {page}\n\nThere is no such page."
            text = text.replace(_KEYS, self._keys)
            self.chooser.setCurrentIndex(self.chooser.findData(page))
        self.browser.setMarkdown(text)
        self._colour_links()
        self.browser.verticalScrollBar().setValue(0)

    def _colour_links(self) -> None:
        """Markdown has no style sheet: take the page as HTML, in the theme's colours."""
        html = self.browser.document().toHtml()
        self.browser.setHtml(html.replace("color:#0000ff", f"color:{self._theme.colour('accent')}"))

    def _follow_link(self, link: QUrl) -> None:
        target = link.toString()
        if target.startswith("example:"):
            self.example_requested.emit(target.removeprefix("example:"))
        elif not link.scheme() or link.scheme() == "rule":
            self._open(target)


def page_names() -> tuple[str, ...]:
    """The pages that ship, in reading order."""
    there = [name.removesuffix(".md") for name in names_in("help", ".md")]
    known = [name for name in _ORDER if name in there]
    return (*known, *(name for name in there if name not in known))


def page_title(name: str) -> str:
    """The first heading of a page."""
    return read_text(f"help/{name}.md").partition("\n")[0].lstrip("# ").strip()


def rule_index() -> str:
    """All rules by family, each a link to its page, as Markdown."""
    lines = ["# All rules", "Everything the studio looks for while you compose."]
    for family in dict.fromkeys(rule.family for rule in RULES.values()):
        members = [rule for rule in RULES.values() if rule.family == family]
        lines.append(f"## {family.replace('_', ' ').capitalize()}")
        lines.append("\n".join(f"- [{rule.title}](rule:{rule.id})" for rule in members))
    return "\n\n".join(lines)


def _rule_text(rule: str) -> str:
    return rule_page(rule) if rule in RULES else f"# {rule}\n\nNothing is written about this rule."
