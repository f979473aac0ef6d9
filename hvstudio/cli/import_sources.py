"""`hvstudio import`: a document from what another tool wrote."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Final

from hvstudio.cli.output.outcome import FINE, WRONG
from hvstudio.cli.output.writing import remark, say, write_text
from hvstudio.errors import FileError
from hvstudio.files.importers.registry import format_of, import_formats
from hvstudio.files.native import to_text
from hvstudio.files.store import content_of

SUMMARY: Final = "build a document from what another tool wrote"
EXPLAINED: Final = ""
"""The formats that there are, which `add_arguments` tells."""


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.epilog = formats_told()
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="files of other tools")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="the document to write")


def run(arguments: Namespace) -> int:
    """Read the source in the format that it is in, and write the document that it becomes."""
    sources: list[str] = arguments.sources
    if not import_formats():
        remark(
            f"hvstudio: {', '.join(sources)}: importing files of other tools comes with a later version. "
            f"Nothing was written. Compose the stack in the studio, or start from an example: hvstudio examples."
        )
        return WRONG
    if len(sources) > 1:
        raise FileError("one source at a time.", where=sources[1], hint="Import each into a document of its own.")
    content = content_of(sources[0])
    found = format_of(sources[0], content)
    imported = found.read(content, sources[0])
    write_text(arguments.output, to_text(imported.document), keep_backup=True)
    for said in imported.remarks:
        remark(f"hvstudio: {sources[0]}: {said}")
    if arguments.output != "-":
        say(f"Read {sources[0]} as {found.label} and wrote {arguments.output}.")
    return FINE


def formats_told() -> str:
    """The formats that this version reads, for `hvstudio import --help`."""
    lines = [f"  {item.name:<12} {item.label} ({', '.join(item.endings)})" for item in import_formats()]
    return "\n".join(["formats:", *lines]) if lines else _NONE


_NONE = "This version reads its own documents and the pictures exported from them;\nimporters come later.\n"
