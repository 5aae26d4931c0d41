"""Every flag of every verb as an environment variable: SENTIMENT_, the verb, the flag."""

from __future__ import annotations

import click


def with_variables(command: click.Command, prefix: str) -> click.Command:
    """Name the variable of each option that has none yet, in the help too; in a group, of all that is in it."""
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.envvar is None:
            flag = next((name for name in parameter.opts if name.startswith("--")), parameter.opts[0]).strip("-")
            parameter.envvar, parameter.show_envvar = _variable(prefix, flag), True
    if isinstance(command, click.Group):
        for name, verb in command.commands.items():
            with_variables(verb, _variable(prefix, name))
    return command


def _variable(prefix: str, name: str) -> str:
    return f"{prefix}_{name}".replace("-", "_").upper()
