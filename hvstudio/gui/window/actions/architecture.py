"""Actions on the architecture as a whole: converting it, comparing it with the others."""

from __future__ import annotations

from typing import Final

from hvstudio.catalog.role import Role
from hvstudio.gui.window.actions.action import Action
from hvstudio.gui.window.actions.state import needs_hypervisor
from hvstudio.gui.window.navigation import show_panel
from hvstudio.gui.window.parts import Parts

_HYPERVISORS: Final = frozenset({Role.HYPERVISOR})


def _compare(parts: Parts) -> None:
    show_panel(parts, "Compare")
    parts.comparison.begin()


# fmt: off
ARCHITECTURE: Final[tuple[Action, ...]] = (
    Action(name="to-type1", text="Convert to Type 1", menu="Architecture", icon="convert", why_not=needs_hypervisor,
           on_block=41, roles=_HYPERVISORS,
           tip="Put the same VMs on a thin hypervisor with a parent partition",
           act=lambda parts: parts.architecture.convert_to("type1")),
    Action(name="to-hybrid", text="Convert to Hybrid", menu="Architecture", icon="convert", why_not=needs_hypervisor,
           on_block=42, roles=_HYPERVISORS,
           tip="Put the same VMs on a hypervisor side by side with the OS",
           act=lambda parts: parts.architecture.convert_to("hybrid")),
    Action(name="to-type2", text="Convert to Type 2", menu="Architecture", icon="convert", why_not=needs_hypervisor,
           on_block=43, roles=_HYPERVISORS,
           tip="Put the same VMs on a hypervisor that runs on the OS",
           act=lambda parts: parts.architecture.convert_to("type2")),
    Action(name="compare", text="Compare architectures…", menu="Architecture", icon="compare",
           keys=("Ctrl+Shift+A",), why_not=needs_hypervisor, starts_group=True,
           tip="Run the same VMs on every architecture and compare what each gets", act=_compare),
)
# fmt: on
