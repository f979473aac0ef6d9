"""What the window does in the background: runs, files, comparisons, recovery, analysis."""
