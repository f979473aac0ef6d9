"""How the command line says what it found: text, JSON, SARIF, a progress bar, an exit code."""
