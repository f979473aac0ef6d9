"""Bars and cards over the canvas: messages, find, command palette, preview."""
