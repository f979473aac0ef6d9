"""The kinds of blocks that ship, one file a group."""
