"""`hvstudio import`: reading what other tools wrote, which this version does not do yet."""

from __future__ import annotations

from argparse import Namespace

from hvstudio.cli.output.outcome import WRONG
from hvstudio.cli.output.writing import remark


def import_sources(arguments: Namespace) -> int:
    """Say clearly that importers come later; nothing is written."""
    remark(
        f"hvstudio: {', '.join(arguments.sources)}: importing files of other tools comes with a later version. "
        f"Nothing was written. Compose the stack in the studio, or start from an example: hvstudio examples."
    )
    return WRONG
