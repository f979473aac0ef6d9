"""The workspace under random edit scripts: undo to the start and redo to the end are identical, always."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent.parent / "model"))

from model_strategies import DRAWS, SCRIPTS, Draw, run

from hvstudio.catalog.catalog import empty_catalog
from hvstudio.editor.workspace import Event, Workspace
from hvstudio.files.native import to_text
from hvstudio.model.document import Document


def applied(workspace: Workspace, script: list[Draw]) -> list[Document]:
    """Runs a script; gives every value the document had."""
    values = [workspace.document]
    for draw in script:
        workspace.apply(draw.what, lambda document, draw=draw: run(document, draw), select=list(workspace.index.roots))
        if workspace.document is not values[-1]:
            values.append(workspace.document)
    return values


@given(SCRIPTS)
def test_undo_to_the_start_and_redo_to_the_end(script: list[Draw]) -> None:
    workspace = Workspace(Document(), catalog=empty_catalog())
    values = applied(workspace, script)
    texts = [to_text(value) for value in values]
    for value, text in zip(reversed(values), reversed(texts), strict=True):
        assert workspace.document is value
        assert to_text(workspace.document) == text
        assert set(workspace.selection) <= set(value.blocks)
        workspace.undo()
    assert workspace.undo_label == ""
    assert not workspace.modified
    for value in values:
        assert workspace.document is value
        workspace.redo()
    assert workspace.document is values[-1]


@given(st.lists(st.one_of(DRAWS, st.sampled_from(["undo", "redo"])), max_size=40))
def test_a_listener_that_only_follows_events_always_has_the_same_blocks(script: list[Draw | str]) -> None:
    workspace = Workspace(Document(), catalog=empty_catalog())
    mirror: dict[str, object] = {}

    def follow(event: Event) -> None:
        blocks = workspace.document.blocks
        for block_id in event.change.removed:
            del mirror[block_id]
        for block_id in event.change.added | event.change.changed:
            mirror[block_id] = blocks[block_id]

    workspace.add_listener(follow)
    for entry in script:
        if isinstance(entry, Draw):
            workspace.apply(entry.what, lambda document, entry=entry: run(document, entry))
        elif entry == "undo":
            workspace.undo()
        else:
            workspace.redo()
        assert mirror == dict(workspace.document.blocks)
