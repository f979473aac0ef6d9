"""The keys of random streams: the kernel's mixing function, for setting up a run."""

from __future__ import annotations

from typing import Final

_MASK: Final = 2**64 - 1
_GOLDEN: Final = 0x9E3779B97F4A7C15


def mixed(value: int) -> int:
    """64 well mixed bits.

    Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014).
    """
    z = value & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def stream_key(*parts: int) -> int:
    """A 63-bit key that depends on every part and on their order."""
    key = 0
    for part in parts:
        key = mixed(key + mixed(part + _GOLDEN) + _GOLDEN)
    return key >> 1
