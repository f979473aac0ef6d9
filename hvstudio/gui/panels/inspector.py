"""The inspector: the selected blocks' name, product, attachment and parameters, made from the catalogue's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hvstudio.catalog.declaration import Parameter
from hvstudio.editor.workspace import Event, Workspace
from hvstudio.errors import HVStudioError
from hvstudio.gui.look.theme import Theme
from hvstudio.gui.panels.identity import DocumentForm, IdentityForm
from hvstudio.gui.widgets.fields import ParameterRow, Shown, describe
from hvstudio.model.document import Block, BlockId, Value
from hvstudio.model.edits import set_parameters

_NO_DOC: Final = "Hover over or step into a field to read what it means and where its value comes from."


class ParameterForm(QWidget):
    """The rows of one set of parameters, in groups that fold."""

    def __init__(self, parameters: Sequence[Parameter], theme: Theme) -> None:
        super().__init__()
        self.rows: dict[str, ParameterRow] = {}
        self._sections: list[tuple[QWidget, list[ParameterRow]]] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        groups: dict[str, list[Parameter]] = {}
        for parameter in parameters:
            groups.setdefault(parameter.group, []).append(parameter)
        for name, members in groups.items():
            rows = [ParameterRow(parameter, theme) for parameter in members]
            self.rows.update((row.parameter.name, row) for row in rows)
            section = _Section(name, rows)
            self._sections.append((section, rows))
            layout.addWidget(section)
        layout.addStretch(1)

    def show_relevant(self, relevant: frozenset[str]) -> None:
        """Show only these rows, and no group without rows."""
        for section, rows in self._sections:
            for row in rows:
                row.setVisible(row.parameter.name in relevant)
            section.setVisible(any(row.parameter.name in relevant for row in rows))


class _Section(QWidget):
    """A group of rows under a heading that folds them."""

    def __init__(self, name: str, rows: Sequence[ParameterRow]) -> None:
        super().__init__()
        heading = QToolButton()
        heading.setText(name)
        heading.setCheckable(True)
        heading.setChecked(True)
        heading.setArrowType(Qt.ArrowType.DownArrow)
        heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        heading.setProperty("heading", True)
        heading.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        heading.setAccessibleName(f"{name}: show or hide")
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(2, 2, 0, 2)
        inner.setSpacing(2)
        for row in rows:
            inner.addWidget(row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(heading)
        layout.addWidget(body)

        def fold(is_open: bool) -> None:
            body.setVisible(is_open)
            heading.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)

        heading.toggled.connect(fold)


class InspectorPanel(QWidget):
    """Shows the selection and forwards every finished edit to the workspace as one step."""

    def __init__(self, workspace: Workspace, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("inspector")
        self.setAccessibleName("Inspector")
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(310)
        self._workspace = workspace
        self._theme = theme
        self._forms: dict[tuple[str, ...], ParameterForm] = {}
        self.identity = IdentityForm(workspace, theme)
        self.document_form = DocumentForm(workspace)
        self.stack = QStackedWidget()
        self.stack.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.doc = QLabel(_NO_DOC)
        self._lay_out()
        workspace.add_listener(self._follow)
        self.refresh()

    def _lay_out(self) -> None:
        content = QWidget()
        content.setProperty("role", "panel")
        content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 10, 6, 10)
        column.setSpacing(8)
        column.addWidget(self.document_form)
        column.addWidget(self.identity)
        column.addWidget(self.stack)
        column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(content)
        rule = QFrame()
        rule.setProperty("role", "rule")
        self.doc.setWordWrap(True)
        self.doc.setProperty("role", "muted")
        self.doc.setTextFormat(Qt.TextFormat.RichText)
        self.doc.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.doc.setMinimumHeight(46)
        self.doc.setAccessibleName("About this field")
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 6, 10, 8)
        foot.addWidget(self.doc)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(rule)
        layout.addLayout(foot)

    @property
    def rows(self) -> dict[str, ParameterRow]:
        """The parameter rows on show, by parameter name."""
        form = self.stack.currentWidget()
        return form.rows if isinstance(form, ParameterForm) and self._blocks() else {}

    def apply_theme(self, theme: Theme) -> None:
        """Make further forms in another theme's colours; those that are made are told themselves."""
        self._theme = theme

    def open_field(self, parameter: str) -> None:
        """Bring a parameter's field into view and put the cursor into it; "name", "product" and "attached_to" too."""
        row = self.rows.get(parameter)
        target = self.identity.editor(parameter) if row is None else row.editor
        if target is None:
            return
        QTimer.singleShot(0, target, lambda: self._scroll.ensureWidgetVisible(target, 20, 60))
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self) -> None:
        """Show the present selection afresh."""
        blocks = self._blocks()
        self.document_form.setVisible(not blocks)
        self.identity.setVisible(bool(blocks))
        self.stack.setVisible(bool(blocks))
        self.doc.setText(_NO_DOC)
        if not blocks:
            self.document_form.refresh()
            return
        self.identity.show_blocks(blocks)
        parameters = self._common_parameters(blocks)
        self._show_form(parameters)
        self._show_values(blocks, parameters)

    def _follow(self, event: Event) -> None:
        touched = event.change.changed.intersection(self._workspace.selection)
        attached = bool(event.change.added or event.change.removed or event.change.changed)
        if event.selection_changed or event.replaced or touched:
            self.refresh()
        elif not self._workspace.selection:
            self.document_form.refresh()
        elif attached:
            self.identity.show_blocks(self._blocks())

    def _blocks(self) -> list[Block]:
        document = self._workspace.document
        return [document.blocks[block_id] for block_id in self._workspace.selection]

    def _common_parameters(self, blocks: Sequence[Block]) -> tuple[Parameter, ...]:
        kinds = dict.fromkeys(block.kind for block in blocks)
        known = [self._workspace.catalog.kinds.get(name) for name in kinds]
        if any(kind is None for kind in known):
            return ()
        first, *others = [kind for kind in known if kind is not None]
        return tuple(item for item in first.parameters if all(item in kind.parameters for kind in others))

    def _show_form(self, parameters: Sequence[Parameter]) -> None:
        key = tuple(f"{parameter.name}/{parameter.label}" for parameter in parameters)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = ParameterForm(parameters, self._theme)
            for row in form.rows.values():
                row.committed.connect(self._commit)
                row.described.connect(self._describe)
            self.stack.addWidget(form)
        for index in range(self.stack.count()):
            page = self.stack.widget(index)
            policy = QSizePolicy.Policy.Preferred if page is form else QSizePolicy.Policy.Ignored
            if page is not None:
                page.setSizePolicy(policy, policy)
        self.stack.setCurrentWidget(form)

    def _show_values(self, blocks: Sequence[Block], parameters: Sequence[Parameter]) -> None:
        catalog = self._workspace.catalog
        relevant: set[str] = set()
        rows = self.rows
        for parameter in parameters:
            values = {(type(value), value) for block in blocks if (value := catalog.value(block, parameter.name)) != ""}
            first = catalog.value(blocks[0], parameter.name)
            rows[parameter.name].show_value(
                Shown(
                    value=first if len(values) <= 1 else None,
                    is_default=all(parameter.name not in block.parameters for block in blocks),
                    source=catalog.source(blocks[0], parameter.name),
                )
            )
            if _is_relevant(parameter, [catalog.value(block, parameter.shown_when[0]) for block in blocks]
                            if parameter.shown_when else []):  # fmt: skip
                relevant.add(parameter.name)
        form = self.stack.currentWidget()
        if isinstance(form, ParameterForm):
            form.show_relevant(frozenset(relevant))

    def _commit(self, name: str, value: Value | None) -> None:
        ids: tuple[BlockId, ...] = self._workspace.selection
        row = self.rows.get(name)
        if row is None:
            return
        label = f"{'Reset' if value is None else 'Set'} {row.parameter.label[0].lower()}{row.parameter.label[1:]}"
        try:
            self._workspace.apply(label, lambda document: set_parameters(document, ids, {name: value}))
        except HVStudioError as error:
            row.show_problem(str(error))

    def _describe(self, row: ParameterRow) -> None:
        self.doc.setText(describe(row.parameter, row.shown))


def _is_relevant(parameter: Parameter, values: Sequence[Value]) -> bool:
    return parameter.shown_when is None or any(value in parameter.shown_when[1] for value in values)
