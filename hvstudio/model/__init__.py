"""The document: a composition as a value, the edits that make new ones, and what can be derived from it."""
