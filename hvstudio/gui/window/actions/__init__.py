"""Everything one can do from menus, tool bar, keyboard and command palette: a row each, by theme."""
