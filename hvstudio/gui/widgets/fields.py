"""One row of the inspector: a parameter's label, its editor, where its value comes from, and what is wrong with it."""

from __future__ import annotations

from typing import Any, Final

from attrs import frozen
from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QWidget,
)

from hvstudio.catalog.declaration import Parameter, Source, ValueType
from hvstudio.catalog.load import value_problem
from hvstudio.errors import HVStudioError, QuantityError
from hvstudio.gui.look.icons import icon
from hvstudio.gui.look.theme import Theme
from hvstudio.gui.widgets.steps import repolish
from hvstudio.model.document import Value
from hvstudio.units import format_quantity, parse_quantity

SEVERAL: Final = "(several values)"
_LONG_TEXT: Final = 200
LABEL_WIDTH: Final = 112
_GAP: Final = 6


@frozen(kw_only=True)
class Shown:
    """What a row shows: the value (None when the selected blocks differ), whether it is the default, its source."""

    value: Value | None
    is_default: bool
    source: Source


class PatientComboBox(QComboBox):
    """A combo box that the wheel passes by, unless it has the focus: scrolling a form must not change it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A text that is too long ends in an ellipsis, not in the middle of a letter."""
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        style, part = self.style(), QStyle.SubControl.SC_ComboBoxEditField
        room = style.subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width() - 4
        text = option.currentText or self.placeholderText()  # type: ignore[attr-defined]
        option.currentText = self.fontMetrics().elidedText(  # type: ignore[attr-defined]
            text, Qt.TextElideMode.ElideRight, room
        )
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the form while the box has no focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class CommitLine(QLineEdit):
    """A line that says when typing is finished, and takes it back on Escape. `accept` is silent for the same text."""

    finished = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._accepted = ""
        self.editingFinished.connect(self._finish)

    def accept(self, text: str) -> None:
        """Show a text as the one that holds."""
        self._accepted = text
        if self.text() != text:
            self.setText(text)
            self.setCursorPosition(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape brings the accepted text back."""
        if event.key() == Qt.Key.Key_Escape and self.text() != self._accepted:
            self.setText(self._accepted)
            self.finished.emit(self._accepted)
            return
        super().keyPressEvent(event)

    def _finish(self) -> None:
        if self.text() != self._accepted:
            self.finished.emit(self.text())


class CommitText(QPlainTextEdit):
    """Several lines that say when typing is finished: when the focus leaves them."""

    finished = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("field")
        self.setTabChangesFocus(True)
        self.setFixedHeight(92)
        self.setMinimumWidth(80)
        self._accepted = ""

    def accept(self, text: str) -> None:
        """Show a text as the one that holds."""
        self._accepted = text
        if self.toPlainText() != text:
            self.setPlainText(text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving the field commits it."""
        super().focusOutEvent(event)
        if self.toPlainText() != self._accepted:
            self.finished.emit(self.toPlainText())


class ParameterRow(QWidget):
    """A parameter on the selected blocks. `committed` carries (name, value), the value None for "the default"."""

    committed = Signal(str, object)
    described = Signal(object)

    def __init__(self, parameter: Parameter, theme: Theme) -> None:
        super().__init__()
        self.parameter = parameter
        self.shown = Shown(value=parameter.default, is_default=True, source=parameter.source)
        self.label = QLabel(parameter.label)
        self.label.setWordWrap(True)
        self.label.setFixedWidth(LABEL_WIDTH)
        self.editor = self._make_editor()
        self.editor.setObjectName(f"parameter.{parameter.name}")
        self.editor.setAccessibleName(parameter.label)
        self.editor.setAccessibleDescription(parameter.doc)
        self.badge = QLabel("est.")
        self.badge.setAccessibleName("estimate")
        self.badge.setProperty("role", "badge")
        self.reset = QToolButton()
        self.reset.setIconSize(QSize(14, 14))
        self.reset.setAccessibleName(f"Reset {parameter.label} to its default")
        self.reset.clicked.connect(lambda: self.committed.emit(self.parameter.name, None))
        self.problem = QLabel()
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setProperty("role", "error")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self._lay_out()
        self.apply_theme(theme)
        self.editor.installEventFilter(self)

    def _lay_out(self) -> None:
        # Beside numbers the marks keep their room, so that the fields are in line; words need it more than the marks.
        for widget in () if isinstance(self.editor, QComboBox) else (self.reset, self.badge):
            keep = widget.sizePolicy()
            keep.setRetainSizeWhenHidden(True)
            widget.setSizePolicy(keep)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 1, 0, 1)
        grid.setHorizontalSpacing(_GAP)
        grid.setVerticalSpacing(1)
        top = Qt.AlignmentFlag.AlignTop if isinstance(self.editor, CommitText) else Qt.AlignmentFlag.AlignVCenter
        grid.addWidget(self.label, 0, 0, top)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self.editor, 1 if not isinstance(self.editor, QCheckBox) else 0)
        if isinstance(self.editor, QCheckBox):
            line.addStretch(1)
        line.addWidget(self.badge)
        line.addWidget(self.reset)
        grid.addLayout(line, 0, 1)
        grid.addWidget(self.problem, 1, 1)
        grid.setColumnStretch(1, 1)

    def apply_theme(self, theme: Theme) -> None:
        """Draw the reset arrow in another theme's colours."""
        self.reset.setIcon(icon("reset", theme))

    def show_value(self, shown: Shown) -> None:
        """Show a value, unless the person is typing another one just now."""
        self.shown = shown
        if self.label.property("changed") != (not shown.is_default):
            self.label.setProperty("changed", not shown.is_default)
            repolish(self.label)
        self.badge.setVisible(shown.source.estimate)
        self.badge.setToolTip(f"An estimate: {shown.source.text}")
        self.reset.setVisible(not shown.is_default)
        self.reset.setToolTip(f"Reset {self.parameter.label} to its default")
        tip = describe(self.parameter, shown)
        self.label.setToolTip(tip)
        self.editor.setToolTip(tip)
        self.clear_problem()
        self._fill(shown.value)

    def show_problem(self, text: str) -> None:
        """Say beneath the editor what is wrong with what was typed."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        self._make_room()
        self.editor.setProperty("invalid", bool(text))
        repolish(self.editor)
        self.editor.setAccessibleDescription(text or self.parameter.doc)

    def clear_problem(self) -> None:
        """Nothing is wrong any more."""
        if self.problem.text():
            self.show_problem("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A sentence that is broken otherwise needs another height."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Give the sentence all its lines: the stack of forms above asks no widget how high it is at a width."""
        width = self.width() - LABEL_WIDTH - _GAP
        needed = self.problem.heightForWidth(max(width, 80)) if self.problem.text() else 0
        if self.problem.minimumHeight() != needed:
            self.problem.setMinimumHeight(needed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell what the row is about when it gets the focus or the mouse."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.Enter):
            self.described.emit(self)
        return super().eventFilter(watched, event)

    def commit_text(self, text: str) -> None:
        """Take what was typed: emit its value, or say what is wrong with it."""
        if not text.strip() and self.parameter.value_type is not ValueType.TEXT:
            self._fill(self.shown.value)
            self.clear_problem()
            return
        try:
            value = read_value(self.parameter, text)
        except HVStudioError as error:
            self.show_problem(str(error))
            return
        self.clear_problem()
        if value == self.shown.value and type(value) is type(self.shown.value):
            self._fill(value)
            return
        self.committed.emit(self.parameter.name, value)

    def _make_editor(self) -> QWidget:
        parameter = self.parameter
        if parameter.value_type is ValueType.BOOLEAN:
            box = QCheckBox()
            box.clicked.connect(lambda: self.committed.emit(parameter.name, box.checkState() == Qt.CheckState.Checked))
            return box
        if parameter.value_type is ValueType.CHOICE:
            combo = PatientComboBox()
            combo.setPlaceholderText(SEVERAL)
            for choice in parameter.choices:
                combo.addItem(choice.label, choice.value)
                combo.setItemData(combo.count() - 1, choice.doc or choice.label, Qt.ItemDataRole.ToolTipRole)
            combo.activated.connect(lambda: self.committed.emit(parameter.name, combo.currentData()))
            return combo
        if parameter.value_type is ValueType.TEXT and (parameter.maximum or 0) > _LONG_TEXT:
            text = CommitText()
            text.finished.connect(self.commit_text)
            return text
        line = CommitLine()
        line.finished.connect(self.commit_text)
        return line

    def _fill(self, value: Value | None) -> None:
        editor: Any = self.editor
        if isinstance(editor, QCheckBox):
            editor.setTristate(value is None)
            state = Qt.CheckState.Checked if value else Qt.CheckState.Unchecked
            editor.setCheckState(Qt.CheckState.PartiallyChecked if value is None else state)
        elif isinstance(editor, QComboBox):
            editor.setCurrentIndex(-1 if value is None else editor.findData(value))
        else:
            editor.accept("" if value is None else value_text(self.parameter, value))
            editor.setPlaceholderText(SEVERAL if value is None else "")


def read_value(parameter: Parameter, text: str) -> Value:
    """The value that a typed text means; QuantityError says what is wrong with it, in the field's words."""
    if parameter.value_type is ValueType.TEXT:
        value: Value = text
    else:
        number = parse_quantity(text, parameter.quantity)
        whole = parameter.value_type is ValueType.INTEGER and number == int(number)
        value = int(number) if whole else number
    if problem := value_problem(parameter, value):
        raise QuantityError(problem)
    return value


def value_text(parameter: Parameter, value: Value) -> str:
    """A value as it stands in its field, with its unit."""
    if isinstance(value, str):
        return value
    if parameter.value_type is ValueType.BOOLEAN:
        return "yes" if value else "no"
    return format_quantity(float(value), parameter.quantity)


def describe(parameter: Parameter, shown: Shown) -> str:
    """What a parameter is, its range and where its value comes from, as rich text."""
    limits = [
        f"{word} {format_quantity(bound, parameter.quantity)}"
        for word, bound in (("from", parameter.minimum), ("to", parameter.maximum))
        if bound is not None and parameter.value_type in (ValueType.INTEGER, ValueType.NUMBER)
    ]
    mark = "Estimate: " if shown.source.estimate and shown.source.text != "estimate" else "Source: "
    lines = [f"<b>{parameter.label}</b>. {parameter.doc}"]
    if limits:
        lines.append(f"Range: {' '.join(limits)}.")
    lines.append(mark + shown.source.text)
    return "<br>".join(lines)
