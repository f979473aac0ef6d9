"""Live plots; pyqtgraph is used here and nowhere else."""
