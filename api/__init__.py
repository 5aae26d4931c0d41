"""The HTTP door: one model's answers as JSON. It translates between HTTP and `Classifier` and does nothing else."""
