"""Writing compositions and results for other tools, one file per format."""
