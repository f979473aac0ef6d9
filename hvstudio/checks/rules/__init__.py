"""The rules, one file a theme."""
