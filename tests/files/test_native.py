"""The native format: what is written is read back the same, and what is wrong is said with its place."""

from __future__ import annotations

import contextlib
import json
import math
import time
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from hvstudio.errors import FileError
from hvstudio.files.native import FORMAT_VERSION, from_bytes, from_text, model_sha256, to_text
from hvstudio.model.document import Block, BlockId, Document

KNOWN = {"id", "kind", "product", "name", "rests_on", "attached_to", "position", "parameters", "suppressed",
         "format", "version", "title", "notes", "next_number", "blocks"}  # fmt: skip

texts = st.text(max_size=12)
numbers = st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
values = st.booleans() | numbers | texts
json_values = st.recursive(
    st.none() | values,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
extras = st.dictionaries(texts.filter(lambda name: name not in KNOWN), json_values, max_size=2)
coordinates = st.floats(-1e9, 1e9)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Any sound document: each block rests on, and is attached to, blocks before it or nothing."""
    ids = [BlockId(name) for name in draw(st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=8))]
    blocks: dict[BlockId, Block] = {}
    for number, block_id in enumerate(ids):
        earlier = st.none() | st.sampled_from(ids[:number]) if number else st.none()
        blocks[block_id] = Block(
            id=block_id,
            kind=draw(st.sampled_from(["vm", "host", "something new"])),
            name=draw(texts),
            product=draw(texts),
            rests_on=draw(earlier),
            attached_to=draw(earlier),
            parameters=draw(st.dictionaries(texts, values, max_size=3)),
            suppressed=draw(st.dictionaries(texts, texts, max_size=2)),
            extras=draw(extras),
        )
    roots = [block.id for block in blocks.values() if block.rests_on is None]
    return Document(
        title=draw(texts),
        notes=draw(texts),
        blocks=blocks,
        positions={root: draw(st.tuples(coordinates, coordinates)) for root in roots},
        next_number=draw(st.integers(1, 10**6)),
        extras=draw(extras),
    )


@given(documents())
def test_a_document_is_read_back_as_it_was(document: Document) -> None:
    text = to_text(document)
    assert from_text(text) == document
    assert list(from_text(text).blocks) == list(document.blocks)
    assert to_text(from_text(text)) == text


@given(st.text(max_size=200))
def test_any_text_is_a_document_or_a_file_error(text: str) -> None:
    with pytest.raises(FileError, match="picture"):
        from_text(text, name="picture")


@given(documents(), st.data())
def test_a_mangled_document_is_a_document_or_a_file_error(document: Document, data: st.DataObject) -> None:
    raw = to_text(document).encode()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, len(raw)))
    mangled = raw[:start] + data.draw(st.binary(max_size=4)) + raw[end:]
    with contextlib.suppress(FileError):
        assert isinstance(from_bytes(mangled, name="x.hvs"), Document)


@given(st.recursive(json_values, lambda inner: st.dictionaries(st.sampled_from(sorted(KNOWN)), inner)))
def test_any_json_is_a_document_or_a_file_error(value: Any) -> None:
    fields = {**value, "format": "hvstudio", "version": 1} if isinstance(value, dict) else value
    with contextlib.suppress(FileError):
        assert isinstance(from_text(json.dumps(fields)), Document)


def test_the_text_has_one_field_a_line_in_a_fixed_order(document: Document) -> None:
    small = evolve(document, blocks={"host-1": document.blocks[BlockId("host-1")]}, extras={}, next_number=2)
    assert to_text(small) == (
        "{\n"
        '  "format": "hvstudio",\n'
        '  "version": 1,\n'
        '  "title": "Every field",\n'
        '  "notes": "Two lines.\\nSecond.",\n'
        '  "blocks": [\n'
        "    {\n"
        '      "id": "host-1",\n'
        '      "kind": "host",\n'
        '      "product": "host-server-2016",\n'
        '      "name": "Größe",\n'
        '      "position": [10.5, -20],\n'
        '      "parameters": {\n'
        '        "slat": true,\n'
        '        "sockets": 2\n'
        "      }\n"
        "    }\n"
        "  ]\n"
        "}\n"
    )


def test_one_changed_value_changes_one_line(document: Document) -> None:
    host = document.blocks[BlockId("host-1")]
    changed = evolve(host, parameters={"slat": False, "sockets": 2})
    before = to_text(document).splitlines()
    after = to_text(evolve(document, blocks={**document.blocks, host.id: changed})).splitlines()
    assert [line for line in after if line not in before] == ['        "slat": false,']
    assert len(after) == len(before)


def test_fields_of_other_writers_are_kept() -> None:
    text = (
        '{"format": "hvstudio", "version": 1, "palette": [1, {"a": null}], "blocks": ['
        '{"id": "x", "kind": "quantum_link", "name": "Q", "parameters": {"spin": 0.5}, "halo": {"b": [true]}}]}'
    )
    document = from_text(text)
    assert document.extras == {"palette": [1, {"a": None}]}
    assert document.blocks[BlockId("x")].extras == {"halo": {"b": [True]}}
    assert from_text(to_text(document)) == document


def test_what_may_be_left_out_has_its_default() -> None:
    document = from_text('{"format": "hvstudio", "version": 1, "blocks": [{"id": "vm-7", "kind": "vm"}]}')
    assert document == Document(
        blocks={BlockId("vm-7"): Block(id=BlockId("vm-7"), kind="vm", name="vm")}, next_number=8
    )


def test_a_byte_order_mark_is_tolerated() -> None:
    assert from_bytes(b'\xef\xbb\xbf{"format": "hvstudio", "version": 1, "blocks": []}', name="x") == Document()


def test_the_fingerprint_is_that_of_the_text() -> None:
    # sha256 of the five lines of an empty, untitled document, computed with `sha256sum`
    assert to_text(Document()).encode() == (
        b'{\n  "format": "hvstudio",\n  "version": 1,\n  "title": "Untitled",\n  "notes": "",\n  "blocks": []\n}\n'
    )
    assert model_sha256(Document()) == SHA256_OF_THE_EMPTY_DOCUMENT


SHA256_OF_THE_EMPTY_DOCUMENT = "067e4b5254a8b5b5460228539e4793adfd36daaf89c496323fb2acac14c18b19"

BLOCK = '{"id": "a", "kind": "vm"%s}'


def whole(blocks: str, rest: str = "") -> str:
    """The text of a document with these blocks."""
    return f'{{"format": "hvstudio", "version": 1, {rest}"blocks": [{blocks}]}}'


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", "x.hvs", "empty"),
        ("   \n", "x.hvs", "empty"),
        ('{"format": "hvstudio",\n "version": 1, "bl', "line 2, column", "ends too early"),
        ('{"format": "hvstudio", "version": 1', "line 1, column 36", "ends too early"),
        ('{"format": "hvstudio"\n  "version": 1}', "line 2, column 3", "not valid JSON"),
        ("[]", "x.hvs", "not an HVStudio document"),
        ("{}", "x.hvs", "not an HVStudio document"),
        ("null", "x.hvs", "not an HVStudio document"),
        ('{"format": "drawio", "version": 1}', "format", "not an HVStudio document"),
        ('{"format": ["hvstudio"], "version": 1}', "format", "not an HVStudio document"),
        ('{"format": "hvstudio"}', "version", "whole number"),
        ('{"format": "hvstudio", "version": "1"}', "version", "whole number"),
        ('{"format": "hvstudio", "version": true}', "version", "whole number"),
        ('{"format": "hvstudio", "version": -1}', "version", "whole number"),
        ('{"format": "hvstudio", "version": 1.5}', "version", "whole number"),
        ('{"format": "hvstudio", "version": 1}', "blocks", "list of blocks"),
        ('{"format": "hvstudio", "version": 1, "blocks": {}}', "blocks", "list of blocks"),
        (whole("", '"title": 5, '), "title", "should be a text, not a number"),
        (whole("", '"notes": null, '), "notes", "should be a text, not null"),
        (whole("", '"next_number": 0, '), "next_number", "whole number"),
        (whole("", '"title": "a", "title": "b", '), "x.hvs", "appears twice"),
        (whole("7"), "blocks[0]", "should be an object, not a number"),
        (whole('{"kind": "vm"}'), "blocks[0].id", "needs “id”"),
        (whole('{"id": "", "kind": "vm"}'), "blocks[0].id", "needs “id”"),
        (whole('{"id": "a"}'), "blocks[0] (“a”).kind", "needs “kind”"),
        (whole(BLOCK % ', "name": []'), "blocks[0] (“a”).name", "a list"),
        (whole(BLOCK % ', "rests_on": 1'), "blocks[0] (“a”).rests_on", "id of a block"),
        (whole(BLOCK % ', "rests_on": "b"'), "blocks[0] (“a”).rests_on", "no block with the id “b”"),
        (whole(BLOCK % ', "attached_to": "b"'), "blocks[0] (“a”).attached_to", "no block with the id “b”"),
        (whole(BLOCK % ', "rests_on": "a"'), "blocks[0] (“a”).rests_on", "in a ring: “a”."),
        (whole(BLOCK % ', "attached_to": "a"'), "blocks[0] (“a”).attached_to", "in a ring: “a”."),
        (whole(BLOCK % ', "position": [1]'), "blocks[0] (“a”).position", "two numbers"),
        (whole(BLOCK % ', "position": [1, true]'), "blocks[0] (“a”).position", "two numbers"),
        (whole(BLOCK % ', "position": [1, 1e300]'), "blocks[0] (“a”).position", "within"),
        (whole(BLOCK % ', "parameters": []'), "blocks[0] (“a”).parameters", "an object, not a list"),
        (whole(BLOCK % ', "parameters": {"m": null}'), "blocks[0] (“a”).parameters.m", "not null"),
        (whole(BLOCK % ', "parameters": {"m": {}}'), "blocks[0] (“a”).parameters.m", "not an object"),
        (whole(BLOCK % ', "suppressed": {"r": 1}'), "blocks[0] (“a”).suppressed.r", "not a number"),
        (whole(BLOCK % ', "parameters": {"m": NaN}'), "line 1, column 95", "NaN is not a number"),
        (whole(BLOCK % ', "parameters": {"NaN": -Infinity}'), "line 1, column 97", "-Infinity is not"),
        (whole(BLOCK % ', "parameters": {"m": 1e999}'), "line 1, column 95", "1e999 is not"),
        (whole(BLOCK % f', "parameters": {{"m": {"9" * 5000}}}'), "line 1, column 95", "9999…"),
        (whole(BLOCK % ', "parameters": {"m": 9223372036854775808}'), "line 1, column 95", "9223372036854775808"),
        (whole(f"{BLOCK % ''}, {BLOCK % ''}"), "blocks[1] (“a”).id", "two blocks have the id “a”"),
        ("[" * 100_000, "x.hvs", "nested far too deeply"),
        (whole("", f'"deep": {"[" * 100}{"]" * 100}, '), "deep", "nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(text: str, place: str, said: str) -> None:
    with pytest.raises(FileError) as caught:
        from_text(text, name="x.hvs")
    assert "x.hvs" in caught.value.where
    assert place in caught.value.where
    assert said in caught.value.message


def test_a_newer_version_is_refused_with_both_numbers() -> None:
    with pytest.raises(FileError) as caught:
        from_text(f'{{"format": "hvstudio", "version": {FORMAT_VERSION + 6}, "blocks": "new shape"}}')
    assert f"version {FORMAT_VERSION + 6}" in caught.value.message
    assert f"up to version {FORMAT_VERSION}" in caught.value.message
    assert "newer HVStudio" in caught.value.hint


def test_a_long_ring_is_found_wherever_it_begins() -> None:
    blocks = [{"id": f"b{i}", "kind": "vm", "rests_on": f"b{(i + 1) % 50_000}"} for i in range(50_000)]
    blocks.append({"id": "tail", "kind": "vm", "rests_on": "b7"})
    text = json.dumps({"format": "hvstudio", "version": 1, "blocks": blocks[::-1]})
    with pytest.raises(FileError, match=r"in a ring: .* → …"):
        from_text(text)


def test_bytes_that_are_not_utf8_are_refused_with_their_place() -> None:
    with pytest.raises(FileError, match="not UTF-8") as caught:
        from_bytes('{"title":\n "Größe"}'.encode("latin-1"), name="x.hvs")
    assert caught.value.where == "x.hvs, line 2"


def test_utf16_is_refused() -> None:
    with pytest.raises(FileError, match="UTF-8"):
        from_bytes(to_text(Document()).encode("utf-16"), name="x.hvs")


def test_a_file_that_is_far_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hvstudio.files.native.LARGEST_FILE_BYTES", 100)
    with pytest.raises(FileError, match="larger than"):
        from_bytes(b" " * 101, name="x.hvs")


def test_a_file_of_nothing_but_tiny_values_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(FileError, match="too many values"):
        from_text("[" + "[]," * 6_000_000 + "[]]")


def test_lone_surrogates_become_replacement_characters() -> None:
    document = from_text(whole(BLOCK % ', "name": "a\\ud800b \\ud83d\\ude00"'))
    assert document.blocks[BlockId("a")].name == "a\ufffdb 😀"
    assert to_text(Document(title="\udfff")).encode("utf-8")


@pytest.mark.parametrize("bad", [math.nan, math.inf, object()])
def test_a_value_that_json_cannot_hold_is_refused_with_block_and_parameter(bad: Any) -> None:
    block = Block(id=BlockId("vm-1"), kind="vm", name="Mail", parameters={"memory_bytes": bad})
    with pytest.raises(FileError, match="Mail, memory_bytes"):
        to_text(Document(blocks={block.id: block}))


def test_writing_and_reading_grow_with_the_number_of_blocks_and_not_faster() -> None:
    """Four times as many blocks take some four times as long, not sixteen times: measured in turns, in CPU time."""
    few, many = _chains(2_500), _chains(10_000)
    rounds = [[_written_and_read(few), _written_and_read(many)] for _ in range(3)]
    short, long = (min(times) for times in zip(*rounds, strict=True))
    assert long < 8 * short


def _chains(count: int) -> Document:
    blocks = [
        Block(id=BlockId(f"vm-{i}"), kind="vm", name=f"VM {i}", rests_on=BlockId(f"vm-{i - 1}") if i % 50 else None,
              parameters={"memory_bytes": 2**30, "cpu_limit": 0.5})
        for i in range(count)
    ]  # fmt: skip
    return Document(blocks={block.id: block for block in blocks}, next_number=count)


def _written_and_read(document: Document) -> float:
    start = time.thread_time()
    assert from_text(to_text(document)) == document
    return time.thread_time() - start


def test_a_hundred_thousand_blocks_can_be_read() -> None:
    blocks = [{"id": f"vm-{i}", "kind": "vm", "name": "VM"} for i in range(100_000)]
    assert len(from_text(json.dumps({"format": "hvstudio", "version": 1, "blocks": blocks}))) == 100_000


@pytest.mark.parametrize("name", ["json-deep-nesting.json", "json-nan-inf.json", "get-vm-utf8-bom.json"])
def test_hostile_samples_are_refused_kindly(shared_samples: Path, name: str) -> None:
    found = next(iter(shared_samples.rglob(name)), None)
    if found is None:
        pytest.skip(f"{name} is not in the collection of samples")
    with pytest.raises(FileError, match=name):
        from_bytes(found.read_bytes(), name=name)
