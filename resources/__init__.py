"""Data that ships with the program; no code here."""
