"""From a document to a plan: what runs where, and which way every request takes."""

from hvstudio.simulation.compile.document import compile_document

__all__ = ["compile_document"]
