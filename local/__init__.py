"""What a bare machine lacks: a Java runtime and a real one-node Kafka, all in one folder of the project's own."""
