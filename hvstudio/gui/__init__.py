"""The window: PySide6 is used here and nowhere else."""
