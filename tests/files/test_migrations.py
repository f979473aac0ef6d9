"""Old files open: one kept file for every version there ever was, each with the document it must become."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from hvstudio.errors import FileError
from hvstudio.files.migrations import FORMAT_VERSION, MIGRATIONS, flatten_stacks, migrate
from hvstudio.files.native import from_text, to_text
from hvstudio.files.store import load
from hvstudio.model.document import Block, BlockId, Document


def test_every_version_has_a_kept_file_that_still_opens(versions_folder: Path) -> None:
    for version in range(FORMAT_VERSION + 1):
        file = versions_folder / f"hvs-{version}.hvs"
        assert json.loads(file.read_text(encoding="utf-8"))["version"] == version
        assert load(file) == load(versions_folder / f"hvs-{FORMAT_VERSION}.hvs")


def test_the_file_kept_of_the_present_version_is_as_it_would_be_written_now(versions_folder: Path) -> None:
    file = versions_folder / f"hvs-{FORMAT_VERSION}.hvs"
    assert to_text(load(file)) == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("version", range(len(MIGRATIONS)))
def test_a_migration_leads_to_the_next_version_and_leaves_its_input_alone(versions_folder: Path, version: int) -> None:
    fields = json.loads((versions_folder / f"hvs-{version}.hvs").read_text(encoding="utf-8"))
    before = copy.deepcopy(fields)
    assert MIGRATIONS[version](fields)["version"] == version + 1
    assert fields == before


def test_migrating_the_present_version_changes_nothing() -> None:
    fields = {"version": FORMAT_VERSION, "blocks": [], "other": 1}
    assert migrate(fields, FORMAT_VERSION) == fields


def test_nested_stacks_become_blocks_that_rest_on_each_other() -> None:
    document = from_text(
        '{"format": "hvstudio", "version": 0, "name": "Old", "stack": ['
        '{"kind": "host", "name": "H", "at": [1, 2], "stack": [{"kind": "os", "name": "W", "params": {"x": 1}}]}]}'
    )
    host, system = BlockId("host-1"), BlockId("os-2")
    assert document == Document(
        title="Old",
        blocks={
            host: Block(id=host, kind="host", name="H"),
            system: Block(id=system, kind="os", name="W", rests_on=host, parameters={"x": 1}),
        },
        positions={host: (1.0, 2.0)},
        next_number=3,
    )


def test_an_id_made_up_for_an_old_block_is_never_one_that_another_bears() -> None:
    fields = flatten_stacks({"stack": [{"kind": "vm"}, {"kind": "vm", "id": "vm-1"}, {"kind": "vm", "id": "vm-3"}]})
    assert [block["id"] for block in fields["blocks"]] == ["vm-2", "vm-1", "vm-3"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"format": "hvstudio", "version": 0, "stack": 5}', "stack"),
        ('{"format": "hvstudio", "version": 0, "stack": [5]}', "stack[0]"),
        ('{"format": "hvstudio", "version": 0, "stack": [{"kind": "vm", "stack": {}}]}', "stack[0].stack"),
        ('{"format": "hvstudio", "version": 0, "stack": [{"kind": ["vm"]}]}', "kind"),
    ],
)
def test_a_broken_old_file_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(FileError) as caught:
        from_text(text, name="old.hvs")
    assert caught.value.where.startswith("old.hvs")
    assert caught.value.where.endswith(place)


def test_an_old_file_nested_deeper_than_python_can_go_is_migrated_or_refused() -> None:
    deep = '{"kind": "vm", "stack": [' * 400 + "]}" * 400
    document = from_text(f'{{"format": "hvstudio", "version": 0, "stack": [{deep}]}}')
    assert len(document) == 400
