"""What a sweep varies: read as people write it, refused with the reason."""

from __future__ import annotations

import pytest

from hvstudio.catalog.load import shipped_catalog
from hvstudio.cli.vary import VaryError, points, read_variation
from hvstudio.errors import HVStudioError
from hvstudio.model.document import Document, Value
from hvstudio.model.edits import add_block

DOCUMENT = Document(title="Lab")
DOCUMENT, HOST = add_block(DOCUMENT, kind="host", name="Server 1.5")
DOCUMENT, MAIL = add_block(DOCUMENT, kind="vm", name="Mail", rests_on=HOST)
DOCUMENT, _ = add_block(DOCUMENT, kind="vm", name="Twin", rests_on=HOST)
DOCUMENT, _ = add_block(DOCUMENT, kind="vm", name="Twin", rests_on=HOST)
DOCUMENT, _ = add_block(DOCUMENT, kind="quantum_link", name="Q")


@pytest.mark.parametrize(
    ("text", "block", "values"),
    [
        ("Mail.virtual_processors=1:4:1", MAIL, (1, 2, 3, 4)),
        (f"{MAIL}.virtual_processors=4:1:-1", MAIL, (4, 3, 2, 1)),
        ("Mail.virtual_processors=1:8:3", MAIL, (1, 4, 7)),
        ("Mail.virtual_processors=1,2,8", MAIL, (1, 2, 8)),
        ("Mail.virtual_processors=2", MAIL, (2,)),
        ("Server 1.5.clock_hz=1 GHz:2 GHz:500 MHz", HOST, (1e9, 1.5e9, 2e9)),
        ("Mail.memory_bytes=1 GiB:2 GiB:512 MiB", MAIL, (2**30, 3 * 2**29, 2**31)),
        ("Mail.cpu_limit=10%:30%:10%", MAIL, (0.1, 0.2, 0.3)),
        ("Mail.generation=1,2", MAIL, ("1", "2")),
        ("Mail.integration_services=yes,no", MAIL, (True, False)),
    ],
)  # fmt: skip
def test_values_are_read_with_their_units(text: str, block: str, values: tuple[Value, ...]) -> None:
    variation = read_variation(text, DOCUMENT, shipped_catalog())
    assert (variation.block, variation.values) == (block, values)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "BLOCK.param=first:last:step"),
        ("Mail.virtual_processors", "BLOCK.param=first:last:step"),
        ("Nobody.virtual_processors=1:2:1", "there is no block “Nobody”"),
        ("Twin.virtual_processors=1:2:1", "2 blocks are called “Twin”. Use the id"),
        ("Mail.wings=1:2:1", "no parameter wings. It has: virtual_processors"),
        ("Q.spin=1:2:1", "no parameter spin"),
        ("Mail.virtual_processors=1:2", "first value, a last value and a step"),
        ("Mail.virtual_processors=1:2:0", "does not lead"),
        ("Mail.virtual_processors=2:1:1", "does not lead"),
        ("Mail.virtual_processors=1:a:1", "not a number"),
        ("Mail.virtual_processors=0:4:1", "1"),
        ("Mail.memory_bytes=1:1e15:1", "at most 10000"),
        ("Mail.generation=3", "must be one of 1, 2"),
        ("Mail.integration_services=perhaps", "true or false"),
    ],
)
def test_what_cannot_be_varied_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(HVStudioError) as caught:
        read_variation(text, DOCUMENT, shipped_catalog())
    assert said in str(caught.value)


def test_two_variations_make_a_grid_and_leave_the_document_alone() -> None:
    catalog = shipped_catalog()
    variations = [
        read_variation("Mail.virtual_processors=1:2:1", DOCUMENT, catalog),
        read_variation("Mail.generation=1,2", DOCUMENT, catalog),
    ]
    made = list(points(DOCUMENT, variations))
    heading = [f"{MAIL}.virtual_processors", f"{MAIL}.generation"]
    assert [tuple(values[name] for name in heading) for values, _ in made] == [(1, "1"), (1, "2"), (2, "1"), (2, "2")]
    assert made[3][1].blocks[MAIL].parameters == {"virtual_processors": 2, "generation": "2"}
    assert DOCUMENT.blocks[MAIL].parameters == {}


def test_an_error_says_where(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(VaryError) as caught:
        read_variation("Mail.wings=1", DOCUMENT, shipped_catalog())
    assert caught.value.where == "Mail.wings=1"
