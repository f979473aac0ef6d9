"""Every kind of block there is, by name, and the roles they play."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import evolve

from hvstudio.catalog.declaration import Kind
from hvstudio.catalog.declared.annotations import ANNOTATION_KINDS
from hvstudio.catalog.declared.hardware import HARDWARE_KINDS
from hvstudio.catalog.declared.machines import MACHINE_KINDS
from hvstudio.catalog.declared.systems import SYSTEM_KINDS
from hvstudio.catalog.declared.virtual_devices import VIRTUAL_DEVICE_KINDS
from hvstudio.catalog.declared.workload import WORKLOAD_KINDS
from hvstudio.catalog.role import Role
from hvstudio.model.document import Block


def joined(kinds: Iterable[Kind]) -> dict[str, Kind]:
    """Kinds by name, in the order given, each with the names of the kinds that it may rest on and be attached to."""
    declared = tuple(kinds)

    def names(roles: tuple[Role, ...]) -> tuple[str, ...]:
        return tuple(kind.name for role in roles for kind in declared if kind.role is role)

    return {
        kind.name: evolve(
            kind,
            supports=frozenset(names(kind.rests_on + kind.may_rest_on)),
            sound_supports=frozenset(names(kind.rests_on)),
            attaches_to=names(kind.may_attach_to),
        )
        for kind in declared
    }


KINDS: Final[dict[str, Kind]] = joined(
    (
        *HARDWARE_KINDS,
        *SYSTEM_KINDS,
        *MACHINE_KINDS,
        *VIRTUAL_DEVICE_KINDS,
        *WORKLOAD_KINDS,
        *ANNOTATION_KINDS,
    )
)

ROLES: Final[Mapping[str, Role]] = {kind.name: kind.role for kind in KINDS.values()}
"""The role of every kind, by its name; a kind from a newer version or a plug-in that is not there has none."""


def role_of(block: Block) -> Role | None:
    """What the block is to everything that computes; None for a kind that is not known here."""
    return ROLES.get(block.kind)


def kind_for(role: Role) -> str:
    """The kind that a new block of a role has where nobody chose: the first one declared."""
    return next(name for name, declared in ROLES.items() if declared is role)
