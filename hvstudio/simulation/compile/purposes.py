"""Which random stream of its VM a step draws from.

The same step of the same workload bears the same purpose in every architecture, so that comparisons meet the same
requests: what a request needs, what the disk does with its third read, whether it happens to read at all.
Work that virtualization adds is not random and needs no purpose.
"""

from __future__ import annotations

from typing import Final

USER_WORK: Final = 1
KERNEL_WORK: Final = 2
USER_WORK_AFTER_READS: Final = 3
KERNEL_WORK_AFTER_READS: Final = 4
WIRE_IN: Final = 10
WIRE_OUT: Final = 11

READS: Final = 100
WRITES: Final = 300
PAGING: Final = 500
CACHE: Final = 600
EXTRA: Final = 700

WORKLOAD_STRIDE: Final = 1000
"""Workloads of one VM do not share streams: the n-th starts at n times this."""


def whether(purpose: int, place: int) -> int:
    """The stream that decides whether the operation of that place happens."""
    return purpose + 2 * place


def service(purpose: int, place: int) -> int:
    """The stream of the device's service time of the operation of that place."""
    return purpose + 2 * place + 1
