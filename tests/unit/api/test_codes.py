"""The contract lists the codes of all problems: those that the API knows, and no others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

from sentiment.reviews import Problem

ROOT = Path(__file__).parents[3]
REFUSING = {"RequestError", "_refuse", "_response", "decode"}  # what is called with a code
OF_HTTP = {"not_found", "method_not_allowed"}  # the router's own


def codes_in(source: str) -> Iterator[str]:
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in REFUSING:
            words = [given.value for given in call.args if isinstance(given, ast.Constant)]
            yield from (word for word in words if isinstance(word, str) and re.fullmatch("[a-z0-9_]+", word))


def test_the_contract_lists_each_code() -> None:
    known = {code for file in (ROOT / "api").glob("*.py") for code in codes_in(file.read_text("utf-8"))}
    assert len(known) > 25
    contract = (ROOT / "docs/contracts.md").read_text("utf-8")
    table = contract.partition("| status | `code` |")[2].partition("\n\n")[0]
    listed = re.findall("`([a-z0-9_]+)`", table)
    assert sorted(listed) == sorted(known | OF_HTTP | set(get_args(get_type_hints(Problem)["reason"])))
