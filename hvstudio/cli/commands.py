"""The commands, one row each: where it is and what it does; and a parser for one, or for none."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final, Protocol, cast


class Command(Protocol):
    """What the file of a command gives."""

    SUMMARY: str
    """What it does, in half a sentence."""
    EXPLAINED: str
    """What `--help` tells beyond the options: how it answers, and examples to copy."""
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "validate": ("validate", "which VMM type the composition is, and what is wrong with it"),
    "estimate": ("estimate", "the instant analytic answer"),
    "simulate": ("simulate", "run it and print a row per VM"),
    "compare": ("compare", "the same VMs as Type 1, Type 2, Hybrid and native"),
    "sweep": ("sweep", "run it for a range of values of a parameter"),
    "export": ("export", "the diagram as PNG, SVG or PDF"),
    "import": ("import_sources", "build a document from what other tools wrote"),
    "examples": ("examples", "list the examples, or write one to a file"),
}
"""Each command with its file in this folder and its line in the help."""

_EPILOG: Final = """\
commands:
{commands}

`hvstudio COMMAND --help` tells more. A file named like a command: ./NAME.
exit codes: 0 fine, 1 errors found or a failed run, 2 wrong usage or unreadable input
"""


def command_of(name: str) -> Command:
    """A command, imported only now: `validate` need not load the simulation."""
    module, _ = COMMANDS[name]
    return cast("Command", import_module(f"hvstudio.cli.{module}"))


def command_parser(name: str, command: Command) -> argparse.ArgumentParser:
    """The arguments of `hvstudio NAME ...`."""
    summary = command.SUMMARY
    parser = argparse.ArgumentParser(
        prog=f"hvstudio {name}",
        description=summary[0].upper() + summary[1:] + ".",
        epilog=command.EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_arguments(parser)
    return parser


def studio_parser(*, takes_file: bool = True) -> argparse.ArgumentParser:
    """The arguments of `hvstudio [FILE]`; without the file, those of `hvstudio` alone."""
    lines = "\n".join(f"  {name:<11}{line}" for name, (_, line) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="hvstudio",
        description="A desktop studio for virtualization stacks. Without a command it opens the studio.",
        usage="hvstudio [FILE]\n       hvstudio COMMAND ...",
        epilog=_EPILOG.format(commands=lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if takes_file:
        parser.add_argument("file", nargs="?", metavar="FILE", help="a document, or a picture exported from one")
    parser.add_argument("--version", action="store_true", help="print the version and which engine is in use")
    return parser
