"""The application without a screen: one document, its history, its selection, and those who want to know."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from attrs import evolve, field, frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.files.document_file import DocumentFile
from hvstudio.model.change import Change, between
from hvstudio.model.document import BlockId, Document
from hvstudio.model.edits import Edit
from hvstudio.model.index import Index, index_of

HISTORY_LIMIT: Final = 200
"""Steps that can be undone; 200 values of 10,000 blocks that share what they can take at most 42 MB (measured)."""

Selection: TypeAlias = tuple[BlockId, ...]
"""Selected blocks in the order of selecting; the last one is the primary one."""


@frozen(kw_only=True)
class Event:
    """What listeners are told, after the fact. `previous` is the document before; the present one is the workspace's.

    `replaced` is true when another document was opened: then `change` is the difference to the former one, but a
    view should start afresh. `file_changed` is true when the document's file is another value.
    """

    change: Change = field(factory=Change)
    selection_changed: bool = False
    replaced: bool = False
    file_changed: bool = False
    previous: Document


Listener: TypeAlias = Callable[[Event], None]


@frozen(kw_only=True, eq=False)
class Step:
    """One entry of the history: what was done, the value it gave, and the selection on both sides of it."""

    label: str
    document: Document
    selection_before: Selection = ()
    selection_after: Selection = ()
    coalesce: str = ""


class Workspace:
    """A document being edited, and its file. Every change goes through `apply`, `undo`, `redo`, `reload` or `replace`.

    Undo is the earlier value; the first entry of the history is the document as it was opened. Listeners are called
    in order of subscription, after the workspace is consistent again; what they apply is told after the present event.
    """

    def __init__(self, document: Document, *, catalog: Catalog, file: DocumentFile | None = None) -> None:
        self.catalog = catalog
        self._file = file or DocumentFile(version=document)
        self._opening = 0
        self._steps: list[Step] = [Step(label="", document=document)]
        self._cursor = 0
        self._selection: Selection = ()
        self._index: Index | None = None
        self._listeners: list[Listener] = []
        self._pending: deque[Event] = deque()
        self._telling = False

    @property
    def document(self) -> Document:
        """The present value."""
        return self._steps[self._cursor].document

    @property
    def index(self) -> Index:
        """The derived relations of the present document; built when first asked for."""
        if self._index is None or self._index.document is not self.document:
            self._index = index_of(self.document)
        return self._index

    @property
    def selection(self) -> Selection:
        """The selected blocks, the primary one last; all of them exist."""
        return self._selection

    @property
    def primary(self) -> BlockId | None:
        """The block selected last, if any."""
        return self._selection[-1] if self._selection else None

    @property
    def file(self) -> DocumentFile:
        """The document's file: path, stamp, origin, and the version that it holds."""
        return self._file

    @property
    def opening(self) -> int:
        """How many documents were open before this one: an answer for another opening is about another document."""
        return self._opening

    @property
    def modified(self) -> bool:
        """Whether the present value is not, or not for certain, the one that the file holds."""
        return not self._file.holds(self.document)

    @property
    def undo_label(self) -> str:
        """What `undo` would take back; empty when there is nothing."""
        return self._steps[self._cursor].label if self._cursor > 0 else ""

    @property
    def redo_label(self) -> str:
        """What `redo` would do again; empty when there is nothing."""
        return self._steps[self._cursor + 1].label if self._cursor + 1 < len(self._steps) else ""

    @property
    def history(self) -> tuple[Step, ...]:
        """All steps, done and undone; the first is the document as opened (or the oldest still kept)."""
        return tuple(self._steps)

    @property
    def history_position(self) -> int:
        """Index in `history` of the present document."""
        return self._cursor

    def apply(self, label: str, edit: Edit, *, select: Iterable[BlockId] | None = None, coalesce: str = "") -> Change:
        """Replace the document by what the edit makes of it; one step that can be undone.

        `select` is the selection afterwards. Consecutive edits with the same non-empty `coalesce` key (typing in one
        field, one drag) become one step. An edit that gives back the same value leaves no step.
        Whatever the edit raises passes through and leaves everything as it was.
        """
        old, before = self.document, self._selection
        new = edit(old)
        if new is not old:
            self._push(Step(label=label, document=new, selection_before=before, coalesce=coalesce))
        self._selection = self._existing(before if select is None else select)
        self._steps[self._cursor] = evolve(self._steps[self._cursor], selection_after=self._selection)
        change = between(old, new)
        self._tell(Event(change=change, selection_changed=self._selection != before, previous=old))
        return change

    def undo(self) -> Change:
        """Go back one step; nothing happens at the beginning."""
        if self._cursor == 0:
            return Change()
        step = self._steps[self._cursor]
        return self._go(self._cursor - 1, step.selection_before)

    def redo(self) -> Change:
        """Do again what was undone last; nothing happens at the end."""
        if self._cursor + 1 >= len(self._steps):
            return Change()
        step = self._steps[self._cursor + 1]
        return self._go(self._cursor + 1, step.selection_after)

    def go_to(self, position: int) -> Change:
        """Go to any entry of the history, as a history list does."""
        position = min(max(position, 0), len(self._steps) - 1)
        return self._go(position, self._steps[position].selection_after)

    def select(self, block_ids: Iterable[BlockId], *, toggle: bool = False, extend: bool = False) -> None:
        """Select blocks: instead of the present ones, in addition (`extend`), or flipping each one (`toggle`)."""
        wanted = list(dict.fromkeys(block_ids))
        if toggle:
            kept = [block_id for block_id in self._selection if block_id not in wanted]
            chosen = [*kept, *(block_id for block_id in wanted if block_id not in self._selection)]
        elif extend:
            chosen = [*(block_id for block_id in self._selection if block_id not in wanted), *wanted]
        else:
            chosen = wanted
        selection = self._existing(chosen)
        if selection != self._selection:
            self._selection = selection
            self._tell(Event(selection_changed=True, previous=self.document))

    def set_file(self, file: DocumentFile) -> None:
        """Take another file value: writing begins, has ended or has failed. The history stays.

        Typing does not go on in the present step, so that undo can reach the version that the file holds.
        """
        self._file = file
        self._end_step()
        self._tell(Event(file_changed=True, previous=self.document))

    def reload(self, label: str, document: Document, file: DocumentFile) -> Change:
        """Take the document as its file holds it now; one step, so that undo brings back what was there before."""
        old, before = self.document, self._selection
        self._end_step()
        if document is not old:
            self._push(Step(label=label, document=document, selection_before=before))
        self._file = file
        self._selection = self._existing(before)
        self._steps[self._cursor] = evolve(self._steps[self._cursor], selection_after=self._selection)
        change = between(old, document)
        self._tell(Event(change=change, selection_changed=self._selection != before, file_changed=True, previous=old))
        return change

    def replace(self, document: Document, file: DocumentFile | None = None) -> None:
        """Open another document: a new history, nothing selected. Without `file` it is a new one, not modified."""
        old, had_selection = self.document, bool(self._selection)
        self._file = file or DocumentFile(version=document)
        self._opening += 1
        self._steps = [Step(label="", document=document)]
        self._cursor = 0
        self._selection = ()
        change = between(old, document)
        self._tell(
            Event(change=change, selection_changed=had_selection, replaced=True, file_changed=True, previous=old)
        )

    def add_listener(self, listener: Listener) -> Callable[[], None]:
        """Have `listener` called after every change; gives the function that ends it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def _push(self, step: Step) -> None:
        top = self._steps[self._cursor]
        at_end = self._cursor == len(self._steps) - 1
        if step.coalesce and at_end and self._cursor > 0 and top.coalesce == step.coalesce:
            self._steps[self._cursor] = evolve(step, selection_before=top.selection_before)
            return
        del self._steps[self._cursor + 1 :]
        self._steps.append(step)
        del self._steps[: max(0, len(self._steps) - 1 - HISTORY_LIMIT)]
        self._cursor = len(self._steps) - 1

    def _end_step(self) -> None:
        """Let the next edit be a step of its own, also when it has the same key."""
        self._steps[self._cursor] = evolve(self._steps[self._cursor], coalesce="")

    def _go(self, position: int, selection: Sequence[BlockId]) -> Change:
        old, before = self.document, self._selection
        self._end_step()
        self._cursor = position
        self._end_step()
        self._selection = self._existing(selection)
        change = between(old, self.document)
        self._tell(Event(change=change, selection_changed=self._selection != before, previous=old))
        return change

    def _existing(self, block_ids: Iterable[BlockId]) -> Selection:
        blocks = self.document.blocks
        return tuple(dict.fromkeys(block_id for block_id in block_ids if block_id in blocks))

    def _tell(self, event: Event) -> None:
        """Tell the listeners, each event to all of them before the next one, also when a listener applies an edit."""
        if not (
            event.change
            or event.selection_changed
            or event.replaced
            or event.file_changed
            or self._values_differ(event)
        ):
            return
        self._pending.append(event)
        if self._telling:
            return
        self._telling = True
        try:
            while self._pending:
                current = self._pending.popleft()
                for listener in tuple(self._listeners):
                    listener(current)
        finally:
            self._telling = False

    def _values_differ(self, event: Event) -> bool:
        """Whether only the document's own fields (title, notes) differ, which `Change` does not list."""
        return event.previous is not self.document
