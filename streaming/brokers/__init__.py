"""The seam to Kafka and what stands behind it: only this folder imports a Kafka client."""
