"""Edits that mend what a rule found."""
