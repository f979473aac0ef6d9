"""Whatever a sound file says, absurd or hostile, the commands answer with an exit code and a sentence."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hvstudio.catalog.load import shipped_catalog
from hvstudio.cli.main import main
from hvstudio.files.examples import example_names, example_text

ABSURD: list[Any] = [0, -1, 1, 2**62, -(2**62), 1e300, -1e300, 1e-300, "", "lots", True, False, "x" * 1000]
DOCUMENTS = 120


def mangle(chance: random.Random, blocks: list[dict[str, Any]]) -> None:
    """Change one thing of one block: a value, its kind, its product, what it rests on or is attached to."""
    catalog = shipped_catalog()
    block = chance.choice(blocks)
    kind = catalog.kinds.get(block["kind"])
    change = chance.randrange(6)
    if change <= 1 and kind is not None and kind.parameters:
        parameter = chance.choice(kind.parameters)
        values = [*ABSURD, parameter.default, parameter.minimum or 0, parameter.maximum or 0]
        block.setdefault("parameters", {})[parameter.name] = chance.choice(values)
    elif change == 2:
        block["kind"] = chance.choice([*catalog.kinds, "quantum_link"])
    elif change == 3:
        block["product"] = chance.choice([*catalog.products, "", "no such product"])
    elif change == 4:
        block["rests_on"] = chance.choice([None, chance.choice(blocks)["id"]])
    else:
        block["attached_to"] = chance.choice([None, chance.choice(blocks)["id"]])


def hostile_documents() -> Iterator[str]:
    """Examples with one to four things changed; the same ones every time."""
    for seed in range(DOCUMENTS):
        chance = random.Random(seed)
        fields = json.loads(example_text(chance.choice(example_names())))
        for _ in range(chance.randint(1, 4)):
            mangle(chance, fields["blocks"])
        yield json.dumps(fields)


@pytest.mark.parametrize("command", [["validate", "--as", "type1"], ["estimate"]], ids=["validate", "estimate"])
def test_no_document_makes_a_command_fall_over(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hostile.hvs"
    codes: set[int] = set()
    for text in hostile_documents():
        path.write_text(text, encoding="utf-8")
        code = main([command[0], str(path), *command[1:]])
        err = capsys.readouterr().err
        assert code in (0, 1, 2), text
        assert "mistake in the program" not in err, f"{err}\n{text}"
        assert err.count("\n") <= 1
        codes.add(code)
    assert codes >= {1, 2}  # the mangling does reach what it is meant to reach
