"""Who serves a hypervisor and who drives the devices of a machine."""

from __future__ import annotations

from collections.abc import Sequence

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.composition.scene import Scene
from hvstudio.model.document import Block


def serving_system(scene: Scene, hypervisor: Block) -> Block | None:
    """The operating system that drives devices for a hypervisor: under it, in its parent partition, or beside it."""
    under = scene.support(hypervisor)
    if under is not None and role_of(under) is Role.OPERATING_SYSTEM:
        return under
    parents = scene.on(hypervisor.id, Role.PARENT_PARTITION)
    for parent in parents:
        if (system := scene.system_of(parent.id)) is not None:
            return system
    return scene.system_of(under.id) if under is not None and not parents else None


def drives_devices(scene: Scene, hypervisor: Block) -> bool:
    """Whether a hypervisor drives devices itself: it has drivers, and nothing lies between it and the machine."""
    under = scene.support(hypervisor)
    on_system = under is not None and role_of(under) is Role.OPERATING_SYSTEM
    return scene.facts(hypervisor).own_drivers.value and not on_system


def owner_of_devices(scene: Scene, machine: Block) -> Block:
    """Whose devices a machine drives: a parent partition's are those of the machine below its hypervisor."""
    while role_of(machine) is Role.PARENT_PARTITION and (below := scene.carrier(machine)) is not None:
        machine = below
    return machine


def system_fits(catalog: Catalog, wanted: Sequence[str], system: Block) -> bool:
    """Whether an operating system is among these ids and families; true where nothing is listed or known."""
    if not wanted or catalog.product(system.product) is None:
        return True
    return system.product in wanted or catalog.system(system.product).family.value in wanted
