"""Document to plan: routes and scheduling tree derived from the composition, never from a VMM type."""
