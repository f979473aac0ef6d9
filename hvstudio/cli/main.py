"""The command line: read the arguments, call the command, and turn every failure into one sentence and an exit code."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches

from hvstudio import __version__
from hvstudio.cli.commands import COMMANDS, command_of, command_parser, studio_parser
from hvstudio.cli.output.outcome import FAILED, WRONG
from hvstudio.cli.output.terminal import harmless
from hvstudio.errors import HVStudioError, PlanError, UserCancelled

_INTERRUPTED = 130
"""What shells expect of a program that was stopped with Ctrl-C."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit code. `hvstudio [FILE]` opens the studio."""
    _never_fail_on_encoding()
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _run(given)
        sys.stdout.flush()
    except SystemExit as stop:  # argparse has said what is wrong, or shown its help
        return stop.code if isinstance(stop.code, int) else 0 if stop.code is None else WRONG
    except KeyboardInterrupt:
        _tell("hvstudio: stopped.")
        return _INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return FAILED
    except UserCancelled:
        return FAILED
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO):
            return _crashed()
        _tell(f"hvstudio: the output cannot be written: {error.strerror}.")
        _drop_output()
        return FAILED
    except HVStudioError as error:
        _tell(f"hvstudio: {error}")
        return FAILED if isinstance(error, PlanError) else WRONG
    except Exception:  # the edge: nothing may reach the person as a traceback
        return _crashed()
    return code


def engine_line() -> str:
    """The version, and whether the simulation engine is compiled."""
    from hvstudio.simulation.kernel.engine import engine_name

    return f"hvstudio {__version__} (engine: {engine_name()})"


def _run(given: list[str]) -> int:
    if given and given[0] == "--version":
        print(engine_line())
        return 0
    if given and given[0] in ("-h", "--help"):
        studio_parser(takes_file=False).print_help()
        return 0
    if given and given[0] in COMMANDS:
        command = command_of(given[0])
        return command.run(command_parser(given[0], command).parse_args(given[1:]))
    if given:
        _refuse_what_looks_like_a_command(given[0])
    return _open_studio(studio_parser().parse_args(given))


def _refuse_what_looks_like_a_command(word: str) -> None:
    """A word that names neither a file nor a command, and looks more like a command. Raises HVStudioError."""
    if word.startswith("-") or not word.isalpha() or os.path.exists(word):
        return
    near = get_close_matches(word.lower(), COMMANDS, n=1)
    meant = f"Did you mean: hvstudio {near[0]}?" if near else f"The commands are {', '.join(COMMANDS)}."
    raise HVStudioError(f"there is no command and no file “{word}”.", hint=meant)


def _open_studio(arguments: argparse.Namespace) -> int:
    from hvstudio.cli.window import has_display, qt_explained

    if not has_display():
        message = "there is no display to open the studio on."
        hint = "Without one there are: hvstudio validate, estimate, simulate, export (see hvstudio --help)."
        raise HVStudioError(message, hint=hint)
    with qt_explained():
        from hvstudio.gui.app import run
    return run(arguments.file)


def _crashed() -> int:
    from hvstudio import log, settings

    kind, error, trace = sys.exc_info()
    assert kind is not None
    assert error is not None
    folder = settings.state_folder()
    handler = log.start_logging(folder)
    text = log.record_crash(kind, error, trace)
    log.stop_logging(handler)
    if os.environ.get("HVSTUDIO_DEBUG"):
        _tell(text)
    where = f"The details are in {log.log_file(folder)}." if handler else "Set HVSTUDIO_DEBUG=1 to see the details."
    _tell(f"hvstudio: a mistake in the program itself ({kind.__name__}). {where} Please report it.")
    return FAILED


def _tell(text: str) -> None:
    """A line on standard error, if there is one and somebody listens."""
    try:
        print(harmless(text), file=sys.stderr, flush=True)
    except (OSError, ValueError):
        _drop_output()


def _never_fail_on_encoding() -> None:
    """A terminal that cannot show a character shows its escape instead."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """The reader of our output has left: let the interpreter's last flush go nowhere.

    Source: Python documentation, library/signal, "Note on SIGPIPE".
    """
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return


if __name__ == "__main__":
    sys.exit(main())
