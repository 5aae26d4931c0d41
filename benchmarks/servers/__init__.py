"""The servers that the part `http` measures beside ours. Each is a program: `python -m benchmarks.servers.NAME ...`."""
