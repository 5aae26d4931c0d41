"""The stream door: reviews in, sentiment out, one Kafka transaction a batch. It translates and does nothing else."""
