"""The keys of all actions as rows of a Markdown table, for the help page of keys."""

from __future__ import annotations

from hvstudio.gui.window.actions.table import ACTIONS


def keys_table() -> str:
    """A line for each action that has keys: all of its keys, and what it does."""
    return "\n".join(
        f"| {', '.join(_plain(keys) for keys in action.keys)} | {action.tip} |" for action in ACTIONS if action.keys
    )


def _plain(keys: str) -> str:
    """Keys as Markdown: letters as they are, signs that would mean something else as code."""
    return f"`{keys}`" if keys in ("<", ">") else keys
