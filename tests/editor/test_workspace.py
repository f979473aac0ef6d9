"""The workspace: apply, undo as values, coalescing, selection, listeners."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvstudio.catalog.catalog import empty_catalog
from hvstudio.editor.workspace import HISTORY_LIMIT, Event, Workspace
from hvstudio.errors import EditError
from hvstudio.files.document_file import DocumentFile, Origin, Stamp
from hvstudio.model.document import BlockId, Document
from hvstudio.model.edits import Edit, add_block, remove_blocks, rename_block, set_title


def adding(kind: str, name: str) -> Edit:
    return lambda document: add_block(document, kind=kind, name=name)[0]


def renaming(block_id: str, name: str) -> Edit:
    return lambda document: rename_block(document, BlockId(block_id), name)


STAMP = Stamp(modified_ns=1, size=2, sha256="3")


def save(workspace: Workspace, path: Path = Path("stack.hvs")) -> None:
    """What the window does with the file value when the present version was written."""
    workspace.set_file(workspace.file.begin_writing(workspace.document).written(path, STAMP))


@pytest.fixture
def workspace() -> Workspace:
    return Workspace(Document(), catalog=empty_catalog())


def test_undo_gives_back_the_very_same_value(workspace: Workspace) -> None:
    before = workspace.document
    workspace.apply("Add host", adding("host", "Host"))
    assert workspace.undo_label == "Add host"
    after = workspace.document
    workspace.undo()
    assert workspace.document is before
    assert workspace.redo_label == "Add host"
    workspace.redo()
    assert workspace.document is after


def test_an_edit_that_changes_nothing_leaves_no_step(workspace: Workspace) -> None:
    workspace.apply("Nothing", lambda document: document)
    assert workspace.undo_label == ""
    assert not workspace.modified


def test_a_refused_edit_leaves_everything_as_it_was(workspace: Workspace) -> None:
    workspace.apply("Add host", adding("host", "Host"))
    value = workspace.document
    with pytest.raises(EditError):
        workspace.apply("Rename", renaming("host-1", "  "))
    assert workspace.document is value
    assert workspace.undo_label == "Add host"


def test_modified_is_identity_with_the_saved_value(workspace: Workspace) -> None:
    workspace.apply("Add host", adding("host", "Host"))
    assert workspace.modified
    save(workspace, Path("a.hvs"))
    assert not workspace.modified
    assert workspace.file.path == Path("a.hvs")
    workspace.undo()
    assert workspace.modified
    workspace.redo()
    assert not workspace.modified


def test_edits_with_one_coalescing_key_are_one_step(workspace: Workspace) -> None:
    workspace.apply("Add host", adding("host", "Host"))
    for name in ("A", "AB", "ABC"):
        workspace.apply("Rename", renaming("host-1", name), coalesce="rename host-1")
    workspace.undo()
    assert workspace.document.block(BlockId("host-1")).name == "Host"


def test_saving_ends_coalescing_so_that_undo_can_reach_the_saved_value(workspace: Workspace) -> None:
    workspace.apply("Add host", adding("host", "Host"))
    workspace.apply("Rename", renaming("host-1", "A"), coalesce="rename")
    save(workspace)
    workspace.apply("Rename", renaming("host-1", "AB"), coalesce="rename")
    workspace.undo()
    assert not workspace.modified


def test_a_new_edit_after_undo_drops_what_was_undone(workspace: Workspace) -> None:
    workspace.apply("Add host", adding("host", "Host"))
    workspace.undo()
    workspace.apply("Add note", adding("note", "Note"))
    assert workspace.redo_label == ""
    assert [block.kind for block in workspace.document.blocks.values()] == ["note"]


def test_history_keeps_the_last_steps_only(workspace: Workspace) -> None:
    for number in range(HISTORY_LIMIT + 25):
        workspace.apply("Add", adding("host", f"Host {number}"))
    undone = 0
    while workspace.undo_label:
        workspace.undo()
        undone += 1
    assert undone == HISTORY_LIMIT
    assert len(workspace.document) == 25


def test_selection_comes_back_with_undo_and_never_names_missing_blocks(workspace: Workspace) -> None:
    workspace.apply("Add host", adding("host", "Host"), select=[BlockId("host-1")])
    workspace.apply("Delete", lambda document: remove_blocks(document, [BlockId("host-1")]))
    assert workspace.selection == ()
    workspace.undo()
    assert workspace.selection == (BlockId("host-1"),)
    workspace.undo()
    assert workspace.selection == ()


def test_toggle_extend_and_replace_of_the_selection(workspace: Workspace) -> None:
    for name in ("a", "b", "c"):
        workspace.apply("Add", adding("host", name))
    one, two, three = (BlockId(f"host-{number}") for number in (1, 2, 3))
    workspace.select([one, two])
    assert workspace.primary == two
    workspace.select([three, one], extend=True)
    assert workspace.selection == (two, three, one)
    workspace.select([three, one], toggle=True)
    assert workspace.selection == (two,)
    workspace.select([BlockId("gone")])
    assert workspace.selection == ()


def test_listeners_hear_once_per_event_and_can_leave(workspace: Workspace) -> None:
    heard: list[Event] = []
    leave = workspace.add_listener(heard.append)
    workspace.apply("Add host", adding("host", "Host"), select=[BlockId("host-1")])
    assert len(heard) == 1
    assert heard[0].change.added == {BlockId("host-1")}
    assert heard[0].selection_changed
    leave()
    workspace.undo()
    assert len(heard) == 1


def test_a_listener_that_applies_an_edit_is_heard_after_the_present_event(workspace: Workspace) -> None:
    order: list[str] = []

    def first(event: Event) -> None:
        order.append(f"first {sorted(event.change.added)}")
        if event.change.added == {BlockId("host-1")}:
            workspace.apply("Add note", adding("note", "Note"))

    def second(event: Event) -> None:
        order.append(f"second {sorted(event.change.added)}")

    workspace.add_listener(first)
    workspace.add_listener(second)
    workspace.apply("Add host", adding("host", "Host"))
    assert order == ["first ['host-1']", "second ['host-1']", "first ['note-2']", "second ['note-2']"]


def test_a_new_title_is_told_although_no_block_changed(workspace: Workspace) -> None:
    heard: list[Event] = []
    workspace.add_listener(heard.append)
    workspace.apply("Rename document", lambda document: set_title(document, "Lab"))
    assert len(heard) == 1
    assert not heard[0].change


def test_replacing_starts_a_new_history(workspace: Workspace) -> None:
    workspace.apply("Add host", adding("host", "Host"))
    heard: list[Event] = []
    workspace.add_listener(heard.append)
    workspace.replace(Document(title="Other"))
    assert workspace.undo_label == ""
    assert not workspace.modified
    assert heard[0].replaced
    assert workspace.opening == 1
    workspace.replace(Document(title="Recovered"), DocumentFile(path=Path("other.hvs"), origin=Origin.RECOVERED))
    assert workspace.modified
    assert workspace.opening == 2


def test_undo_while_a_version_is_written_leaves_nothing_for_certain_in_the_file(workspace: Workspace) -> None:
    save(workspace)
    workspace.apply("Add host", adding("host", "Host"))
    begun = workspace.file.begin_writing(workspace.document)
    workspace.set_file(begun)
    workspace.undo()
    assert workspace.modified  # the file holds the one or the other
    workspace.set_file(begun.written(Path("a.hvs"), STAMP))
    assert workspace.modified  # it is the version with the host that was written
    workspace.redo()
    assert not workspace.modified


def test_what_could_not_be_written_leaves_the_file_as_it_was(workspace: Workspace) -> None:
    save(workspace)
    workspace.apply("Add host", adding("host", "Host"))
    workspace.set_file(workspace.file.begin_writing(workspace.document).not_written())
    assert workspace.modified
    workspace.undo()
    assert not workspace.modified


def test_loading_the_file_again_is_a_step_that_undo_takes_back(workspace: Workspace) -> None:
    workspace.apply("Add host", adding("host", "Mine"), coalesce="typing")
    mine, theirs = workspace.document, Document(title="Theirs")
    workspace.reload("Load it again", theirs, DocumentFile(version=theirs, path=Path("a.hvs"), stamp=STAMP))
    assert workspace.document is theirs
    assert not workspace.modified
    workspace.undo()
    assert workspace.document is mine
    assert workspace.modified
    assert workspace.file.stamp == STAMP
    workspace.redo()
    assert not workspace.modified


def test_going_to_a_place_in_the_history(workspace: Workspace) -> None:
    for number in range(4):
        workspace.apply(f"Add {number}", adding("host", f"Host {number}"))
    workspace.go_to(1)
    assert len(workspace.document) == 1
    assert workspace.redo_label == "Add 1"
    workspace.go_to(4)
    assert len(workspace.document) == 4
