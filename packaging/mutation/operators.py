"""Small mistakes that a person could make in a source file: each is one replaced piece of its text."""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitAnd,
}  # fmt: skip
# Looks, texts and what only a compiler reads: no test should hold these, so they are not mutated.
PAINTING = frozenset({"paint", "paintEvent", "drawBackground", "drawForeground", "sizeHint", "minimumSizeHint"})
STYLING = frozenset({
    "setContentsMargins", "setSpacing", "setStyleSheet", "setMinimumWidth", "setMinimumHeight", "setMaximumWidth",
    "setMaximumHeight", "setMinimumSize", "setFixedWidth", "setFixedHeight", "setFixedSize", "setSizePolicy",
    "setAlignment", "setIndent", "setMargin", "setIconSize", "setFrameShape", "setTextFormat", "setWordWrap",
    "setStretch", "addStretch", "addSpacing", "setHorizontalSpacing", "setVerticalSpacing", "setFont", "setPalette",
    "setRowStretch", "setColumnStretch", "setStretchFactor", "resize", "setPointSizeF", "setAttribute", "setFlat",
    "setRenderHint", "setRenderHints", "setAutoFillBackground", "setObjectName", "setUniformRowHeights", "setProperty",
    "setContextMenuPolicy", "setSectionResizeMode", "setSizes", "setFrameStyle", "setToolTip", "setWhatsThis",
})  # fmt: skip
LOGGING = frozenset({"debug", "info"})
SYMMETRIC = frozenset({"max", "min", "gcd", "isclose", "hypot", "isdisjoint"})  # swapped arguments change nothing
WITHOUT_EFFECT = (ast.Pass, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal)


@dataclass(frozen=True)
class Mutant:
    """One mistake: bytes `start` to `end` of the file, standing on `line` to `last_line`, become `after`."""

    file: str
    start: int
    end: int
    line: int
    last_line: int
    kind: str
    before: str
    after: str

    @property
    def name(self) -> str:
        """What tells it from every other mutant of the same sources."""
        return f"{self.file}:{self.line}:{self.start}:{self.kind}"

    def applied_to(self, source: bytes) -> bytes:
        """The whole text with the mistake in it."""
        return source[: self.start] + self.after.encode() + source[self.end :]


def mutants_of(source: str, file: str) -> list[Mutant]:
    """Every mutant of a source file, in the order of the text; each can still be parsed."""
    found = _Finder(source, file)
    found.visit(ast.parse(source))
    text = source.encode()
    return sorted((m for m in found.mutants if _can_be_parsed(m, text)), key=lambda m: (m.start, m.end, m.kind))


def _can_be_parsed(mutant: Mutant, source: bytes) -> bool:
    try:
        ast.parse(mutant.applied_to(source))
    except SyntaxError:
        return False
    return True


class _Finder(ast.NodeVisitor):
    """Walks the statements and expressions that a run executes; annotations, docstrings and styling are passed by."""

    def __init__(self, source: str, file: str) -> None:
        self.file = file
        self.text = source.encode()
        self.line_starts = [0]
        for line in self.text.splitlines(keepends=True):
            self.line_starts.append(self.line_starts[-1] + len(line))
        self.mutants: list[Mutant] = []

    def _replace(self, node: ast.expr | ast.stmt, kind: str, after: ast.AST | str) -> None:
        start = self.line_starts[node.lineno - 1] + node.col_offset
        end = self.line_starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        if isinstance(after, str):
            text = after
        else:
            text = f"({ast.unparse(after)})" if isinstance(after, ast.expr) else ast.unparse(after)
        before = self.text[start:end].decode()
        if text.strip("()") != before.strip("()"):
            last = node.end_lineno or node.lineno
            self.mutants.append(Mutant(self.file, start, end, node.lineno, last, kind, before, text))

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if node.name in PAINTING:
            return
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            if default is not None:
                self.visit(default)
        self._statements(node.body)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 (the name that ast looks for)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._statements(node.body)

    def visit_Module(self, node: ast.Module) -> None:
        self._statements(node.body)

    def _statements(self, body: list[ast.stmt]) -> None:
        for number, statement in enumerate(body):
            is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            if not (number == 0 and is_text) and not isinstance(statement, WITHOUT_EFFECT):
                self.visit(statement)

    def visit_If(self, node: ast.If) -> None:
        if "TYPE_CHECKING" in ast.unparse(node.test) or ast.unparse(node.test).startswith("cython."):
            return
        self._condition(node.test)
        self._statements(node.body)
        self._statements(node.orelse)

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self._statements(node.body)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._condition(node.test)
        self.visit(node.body)
        self.visit(node.orelse)

    def _condition(self, test: ast.expr) -> None:
        self._replace(test, "branch turned", ast.UnaryOp(ast.Not(), test))
        self.visit(test)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Call):
            return
        called = ast.unparse(node.value.func).rpartition(".")[2]
        if called in STYLING or called in LOGGING or ast.unparse(node.value.func) == "super().__init__":
            return
        self._replace(node, "call removed", "pass")
        self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._replace(node, "change removed", "pass")
        if swapped := ARITHMETIC.get(type(node.op)):
            turned = copy.copy(node)
            turned.op = swapped()
            self._replace(node, "arithmetic", turned)
        self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        if all(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets):
            self._replace(node, "change removed", "pass")
        self.visit(node.value)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is None:
            return
        # Nothing in place of an empty text, tuple or mapping: mostly the same to the caller, and the types refuse it.
        if ast.unparse(node.value) not in ("None", "()", "[]", "{}", "''", "False"):
            self._replace(node, "return removed", "return None")
        self.visit(node.value)

    def visit_Continue(self, node: ast.Continue) -> None:
        self._replace(node, "loop control", "break")

    def visit_Break(self, node: ast.Break) -> None:
        self._replace(node, "loop control", "continue")

    def visit_Raise(self, node: ast.Raise) -> None:
        self._replace(node, "raise removed", "pass")

    def visit_Compare(self, node: ast.Compare) -> None:
        for number, operator in enumerate(node.ops):
            turned = copy.copy(node)
            turned.ops = [*node.ops[:number], COMPARISONS[type(operator)](), *node.ops[number + 1 :]]
            self._replace(node, "comparison", turned)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        turned = copy.copy(node)
        turned.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        self._replace(node, "and, or", turned)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not | ast.USub) and not isinstance(node.operand, ast.Constant):
            self._replace(node, "negation removed", node.operand)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        is_text = any(isinstance(part, ast.JoinedStr | ast.List) for part in (node.left, node.right))
        if (swapped := ARITHMETIC.get(type(node.op))) and not is_text:
            turned = copy.copy(node)
            turned.op = swapped()
            self._replace(node, "arithmetic", turned)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self._replace(node, "constant", str(not value))
        elif isinstance(value, int):
            self._replace(node, "constant", str(value + 1))
        elif isinstance(value, float):
            self._replace(node, "constant", repr(value * 2 if value else 1.0))

    def visit_Call(self, node: ast.Call) -> None:
        called = ast.unparse(node.func)
        if called.startswith(("cython.", "TypeVar", "logging.getLogger")) or called.rpartition(".")[2] in STYLING:
            return
        if (
            len(node.args) >= 2
            and called.rpartition(".")[2] not in SYMMETRIC
            and not any(isinstance(part, ast.Starred) for part in node.args[:2])
        ):
            turned = copy.copy(node)
            turned.args = [node.args[1], node.args[0], *node.args[2:]]
            self._replace(node, "arguments swapped", turned)
        if called == "len":
            self._replace(node, "off by one", ast.BinOp(node, ast.Sub(), ast.Constant(1)))
        self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Texts are for people: how a number is printed in them is not mutated."""
