"""Small words of sentences: articles, counted things, percentages."""

from __future__ import annotations


def with_article(noun: str) -> str:
    """ "a disk", "an operating system"."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def counted(number: float, noun: str) -> str:
    """ "1 processor", "2 processors"."""
    return f"{number:g} {noun}" if number == 1 else f"{number:g} {noun}s"


def percent(fraction: float) -> str:
    """ "50 %", "101 %", "2.5 %"."""
    return f"{fraction * 100:.3g} %" if fraction < 10 else f"{fraction * 100:,.0f} %"
