"""The arguments of every command, and how their values are read."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, Final

from hvstudio.cli.output.explained import EXPLAINED
from hvstudio.errors import HVStudioError
from hvstudio.units import Quantity, parse_quantity

COMMANDS: Final = {
    "validate": "validate",
    "estimate": "estimate",
    "simulate": "simulate",
    "compare": "compare",
    "sweep": "sweep",
    "export": "export",
    "import": "import_sources",
    "examples": "examples",
}
"""Each command and the module (and function in it) that does it."""

TYPES: Final = ("type1", "type2", "hybrid", "native")

_EPILOG: Final = """\
commands:
  validate   which VMM type the composition is, and what is wrong with it
  estimate   the instant analytic answer
  simulate   run it and print a row per VM
  compare    the same VMs as Type 1, Type 2, Hybrid and native
  sweep      run it for a range of values of a parameter
  export     the diagram as PNG, SVG or PDF
  import     build a document from what other tools wrote
  examples   list the examples, or write one to a file

`hvstudio COMMAND --help` tells more. A file named like a command: ./NAME.
exit codes: 0 fine, 1 errors found or a failed run, 2 wrong usage or unreadable input
"""


def make_studio_parser() -> argparse.ArgumentParser:
    """The arguments of `hvstudio [FILE]`."""
    parser = argparse.ArgumentParser(
        prog="hvstudio",
        description="A desktop studio for virtualization stacks. Without a command it opens the studio.",
        usage="hvstudio [FILE]\n       hvstudio COMMAND ...",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="a document, or a picture exported from one")
    parser.add_argument("--version", action="store_true", help="print the version and which engine is in use")
    return parser


def make_parser() -> argparse.ArgumentParser:
    """The arguments of `hvstudio COMMAND ...`."""
    parser = make_studio_parser()
    parser = argparse.ArgumentParser(
        prog="hvstudio", description=parser.description, usage=parser.usage, epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--version", action="store_true", help="print the version and which engine is in use")
    commands = parser.add_subparsers(
        prog="hvstudio", dest="command", metavar="COMMAND", required=True, help=argparse.SUPPRESS
    )
    for add in (_add_validate, _add_estimate, _add_simulate, _add_compare, _add_sweep, _add_export, _add_import,
                _add_examples):  # fmt: skip
        add(commands)
    return parser


def _typed(read: Callable[[str], Any], wish: str) -> Callable[[str], Any]:
    """A reader whose complaint says what is wished for."""

    def reader(text: str) -> Any:
        try:
            return read(text)
        except (ValueError, HVStudioError) as error:
            said = error.message if isinstance(error, HVStudioError) else f"“{text}” does not fit."
            raise argparse.ArgumentTypeError(f"{said} {wish}") from None

    return reader


def _seconds(text: str) -> float:
    value = parse_quantity(text, Quantity.SECONDS)
    if not 0 < value <= 1e6:
        raise ValueError(text)
    return value


def _warmup(text: str) -> float | None:
    if text == "auto":
        return None
    value = parse_quantity(text, Quantity.SECONDS)
    if not 0 <= value <= 1e6:
        raise ValueError(text)
    return value


def _whole(minimum: int, maximum: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text)
        if not minimum <= value <= maximum:
            raise ValueError(text)
        return value

    return read


def _scale(text: str) -> float:
    value = float(text)
    if not 1 <= value <= 8:
        raise ValueError(text)
    return value


def _fraction(text: str) -> float:
    value = parse_quantity(text, Quantity.FRACTION)
    if not 0.0001 <= value <= 0.5:
        raise ValueError(text)
    return value


def _type_list(text: str) -> tuple[str, ...]:
    wanted = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    if not wanted or any(part not in TYPES for part in wanted):
        raise ValueError(text)
    return tuple(dict.fromkeys(wanted))


def _product_choice(text: str) -> tuple[str, str]:
    vmm_type, _, product = (part.strip() for part in text.partition("="))
    if vmm_type.lower() not in TYPES[:3] or not product:
        raise ValueError(text)
    return vmm_type.lower(), product


def _add(commands: Any, name: str, text: str, *, add_help: bool = True) -> argparse.ArgumentParser:
    return commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + ".", epilog=EXPLAINED.get(name), add_help=add_help,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a document, a picture exported from one, or - for standard input")


def _add_json(parser: argparse.ArgumentParser, *, csv: str = "") -> None:
    """`csv` says what such a file would hold; empty where there is none."""
    shapes = parser.add_mutually_exclusive_group()
    shapes.add_argument("--json", action="store_true", help="print JSON for other programs")
    if csv:
        shapes.add_argument("--csv", metavar="OUT", help=f"write {csv} as CSV to this file (- to print it)")


def _add_run(parser: argparse.ArgumentParser, *, replications: int) -> None:
    parser.add_argument(
        "--duration", default=60.0, metavar="S",
        type=_typed(_seconds, "Above 0, at most 1000000 s. Example: --duration 60, or '2 min'."),
        help="simulated seconds, warm-up included (60)",
    )  # fmt: skip
    parser.add_argument(
        "--warmup", default=None, metavar="auto|S",
        type=_typed(_warmup, "From 0 to 1000000 s. Example: --warmup 5, or --warmup auto."),
        help="simulated seconds left out of the figures (auto)",
    )  # fmt: skip
    parser.add_argument(
        "--seed", type=_typed(_whole(0, 2**63 - 1), "A seed is a whole number from 0 on."), default=1, metavar="N",
        help="the same seed gives the same run, everywhere (1)",
    )  # fmt: skip
    parser.add_argument(
        "--replications", default=replications, metavar="R",
        type=_typed(_whole(1, 10_000), "A whole number from 1 to 10000."),
        help=f"independent runs to average ({replications})",
    )  # fmt: skip
    parser.add_argument(
        "--workers", type=_typed(_whole(1, 1024), "A whole number from 1 to 1024."), default=None, metavar="N",
        help="processors to use (all)",
    )  # fmt: skip


def _add_validate(commands: Any) -> None:
    parser = _add(commands, "validate", "say which VMM type the composition is, and what is wrong with it")
    _add_file(parser)
    parser.add_argument(
        "--as", dest="wanted", choices=("any", "type1", "type2", "hybrid"), default="any",
        help="also fail when a hypervisor is not of this type",
    )  # fmt: skip
    shapes = parser.add_mutually_exclusive_group()
    shapes.add_argument("--json", action="store_true", help="print JSON for other programs")
    shapes.add_argument("--sarif", action="store_true", help="print SARIF 2.1.0 for code-scanning pipelines")


def _add_estimate(commands: Any) -> None:
    parser = _add(commands, "estimate", "give the instant analytic answer")
    _add_file(parser)
    _add_json(parser)


def _add_simulate(commands: Any) -> None:
    parser = _add(commands, "simulate", "run the composition and print a row per VM")
    _add_file(parser)
    _add_run(parser, replications=1)
    parser.add_argument(
        "--precision", default=None, metavar="P",
        type=_typed(_fraction, "From 0.01 % to 50 %. Example: --precision '2 %'."),
        help="stop as soon as every throughput is known this well (95 %% confidence)",
    )  # fmt: skip
    _add_json(parser, csv="the time series")


def _add_compare(commands: Any) -> None:
    parser = _add(commands, "compare", "run the same VMs as other VMM architectures")
    _add_file(parser)
    parser.add_argument(
        "--types", type=_typed(_type_list, f"Choose from {','.join(TYPES)}."), default=TYPES, metavar="LIST",
        help=f"architectures, separated by commas ({','.join(TYPES)})",
    )  # fmt: skip
    parser.add_argument(
        "--product", action="append", type=_typed(_product_choice, "Example: --product type2=vmware-workstation."),
        default=[], metavar="TYPE=ID",
        help="the hypervisor of an architecture; repeat it for others (one of the time of the composition)",
    )  # fmt: skip
    parser.add_argument(
        "--baseline", choices=TYPES, default=None,
        help="what the others are measured against (native, or else the first of --types)",
    )  # fmt: skip
    _add_run(parser, replications=5)
    _add_json(parser)


def _add_sweep(commands: Any) -> None:
    parser = _add(commands, "sweep", "run the composition for a range of values of a parameter")
    _add_file(parser)
    parser.add_argument(
        "--vary", action="append", required=True, metavar="'BLOCK.param=a:b:step'",
        help="the block by id or name, the parameter, first value, last value, step; repeat it for a grid",
    )  # fmt: skip
    parser.add_argument("--cluster", metavar="ADDRESS", help="not in this version: it runs on this computer only")
    _add_run(parser, replications=3)
    _add_json(parser, csv="a line per point and VM")


def _add_export(commands: Any) -> None:
    parser = _add(commands, "export", "draw the diagram; the picture carries the document and opens again")
    _add_file(parser)
    parser.add_argument("-o", "--output", required=True, metavar="OUT", help="a name ending in .png, .svg or .pdf")
    parser.add_argument(
        "--scale", type=_typed(_scale, "From 1 to 8."), default=1.0, metavar="1..8", help="size of a PNG (1)"
    )
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="colours (light)")
    parser.add_argument("--transparent", action="store_true", help="no background")


class _HelpWithFormats(argparse.Action):
    """Help that names the formats there are; they are looked for only now, so that other commands start at once."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        """Show it and end."""
        from hvstudio.cli.import_sources import formats_told

        parser.epilog = formats_told()
        parser.print_help()
        parser.exit()


def _add_import(commands: Any) -> None:
    parser = _add(commands, "import", "build a document from what another tool wrote", add_help=False)
    parser.add_argument("-h", "--help", action=_HelpWithFormats, nargs=0, help="show this help message and exit")
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="files of other tools")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="the document to write")


def _add_examples(commands: Any) -> None:
    parser = _add(commands, "examples", "list the examples, or write one to a file")
    parser.add_argument("name", nargs="?", metavar="NAME", help="an example; without it they are listed")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write it (else it is printed)")
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
