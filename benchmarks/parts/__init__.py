"""The parts of `make bench`. Each is a module with one function:

    def run(context: Context) -> dict[str, float]

It measures its contestants by `context.interleave`, which also puts them into the table, and returns its ratios
by name ("ours/spark"). A contestant that fails is told in its own row, and its ratios are nan.
"""
