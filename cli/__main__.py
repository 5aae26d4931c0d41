"""`python -m cli`: the command `sentiment`, where only the interpreter's path is at hand."""

from cli.main import main

main()
