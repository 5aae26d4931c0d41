"""What Prometheus is told of a model's answers, through whichever door they leave. It knows the core and no door."""
