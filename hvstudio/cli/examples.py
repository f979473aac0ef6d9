"""`hvstudio examples`: list the examples, or write one to a file."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Final

from hvstudio.cli.output.outcome import FINE
from hvstudio.cli.output.writing import say, say_json, table, write_text
from hvstudio.errors import FileError
from hvstudio.files.examples import example_names, example_text, load_example

SUMMARY: Final = "list the examples, or write one to a file"
EXPLAINED: Final = """\
A document that was there under the name stays as FILE.bak.

examples:
  hvstudio examples
  hvstudio examples hyper-v-2016 -o stack.hvs
  hvstudio examples hyper-v-2016 | hvstudio validate -
"""


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="an example; without it they are listed")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write it (else it is printed)")
    parser.add_argument("--json", action="store_true", help="print the list as JSON")


def run(arguments: Namespace) -> int:
    """Without a name list them; with one print it, or write it to `-o FILE`."""
    if arguments.name is not None:
        write_text(arguments.output or "-", example_text(arguments.name), keep_backup=True)
        return FINE
    if arguments.output is not None:
        message = "which example should be written there?"
        hint = f"Name one: hvstudio examples NAME -o {arguments.output}. There are: {', '.join(example_names())}."
        raise FileError(message, where=arguments.output, hint=hint)
    documents = {name: load_example(name) for name in example_names()}
    if arguments.json:
        say_json([{"name": name, "title": item.title, "notes": item.notes} for name, item in documents.items()])
        return FINE
    say(table(("Name", "Title"), [(name, item.title) for name, item in documents.items()], left=(0, 1)))
    say("\nWrite one to a file with: hvstudio examples NAME -o FILE.hvs")
    return FINE
