"""HVStudio: a desktop studio for virtualization stacks."""

__version__ = "0.1.0"
