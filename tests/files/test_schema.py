"""The JSON Schema of the format describes what is written, and refuses what the reader refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hvstudio.errors import FileError
from hvstudio.files.examples import example_names, example_text, example_title, load_example
from hvstudio.files.migrations import FORMAT_VERSION
from hvstudio.files.native import from_text, to_text
from hvstudio.model.document import Document
from hvstudio.resources import read_text


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    """The schema of the present version."""
    raw = json.loads(read_text(f"schema/hvs-{FORMAT_VERSION}.schema.json"))
    Draft202012Validator.check_schema(raw)
    return Draft202012Validator(raw)


def test_a_document_with_every_field_fits_the_schema(schema: Draft202012Validator, document: Document) -> None:
    schema.validate(json.loads(to_text(document)))


@pytest.mark.parametrize("name", example_names())
def test_every_example_fits_the_schema_and_is_as_it_would_be_written(schema: Draft202012Validator, name: str) -> None:
    schema.validate(json.loads(example_text(name)))
    assert to_text(load_example(name)) == example_text(name)
    assert example_title(name)
    assert load_example(name).notes


def test_an_example_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(FileError, match="hyper-v-2016"):
        example_text("../catalog/hardware")


def test_the_kept_file_fits_the_schema(schema: Draft202012Validator, versions_folder: Path) -> None:
    schema.validate(json.loads((versions_folder / f"hvs-{FORMAT_VERSION}.hvs").read_text(encoding="utf-8")))


BLOCK: dict[str, Any] = {"id": "a", "kind": "vm"}


@pytest.mark.parametrize(
    "fields",
    [
        {"format": "other"},
        {"version": 2},
        {"title": 1},
        {"notes": None},
        {"next_number": 0},
        {"blocks": {}},
        {"blocks": [1]},
        {"blocks": [{"kind": "vm"}]},
        {"blocks": [{"id": "", "kind": "vm"}]},
        {"blocks": [{**BLOCK, "name": 1}]},
        {"blocks": [{**BLOCK, "rests_on": 1}]},
        {"blocks": [{**BLOCK, "position": [1]}]},
        {"blocks": [{**BLOCK, "position": [1, True]}]},
        {"blocks": [{**BLOCK, "position": [1e10, 0]}]},
        {"blocks": [{**BLOCK, "parameters": {"x": None}}]},
        {"blocks": [{**BLOCK, "suppressed": {"x": 1}}]},
    ],
)
def test_schema_and_reader_refuse_the_same(schema: Draft202012Validator, fields: dict[str, Any]) -> None:
    whole = {"format": "hvstudio", "version": 1, "blocks": [], **fields}
    assert not schema.is_valid(whole)
    with pytest.raises(FileError):
        from_text(json.dumps(whole))
