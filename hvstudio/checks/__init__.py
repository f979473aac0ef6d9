"""What is wrong with a composition, which VMM architecture it is, and why."""
