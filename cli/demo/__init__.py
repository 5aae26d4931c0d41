"""`sentiment demo`: from a bare machine to a running stream, with reviews that the model has never seen."""

from cli.demo.command import demo

__all__ = ["demo"]
