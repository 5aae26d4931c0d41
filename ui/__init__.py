"""The page door: what people see in a browser. It asks the API and reads a stream, and decides nothing itself."""
