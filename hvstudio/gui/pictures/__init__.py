"""Diagrams as PNG, SVG and PDF."""
