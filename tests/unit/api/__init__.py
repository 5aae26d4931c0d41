"""The HTTP door, on a small real model: in process by Flask's client, and as a real server over loopback."""
