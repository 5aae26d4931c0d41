"""What every error must look like, whichever way it was caused."""

from __future__ import annotations

from werkzeug.test import TestResponse


def assert_problem(response: TestResponse, status: int, code: str, *, names: str = "") -> None:
    problem = response.get_json(force=True)
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert response.headers.getlist("Content-Type") == ["application/problem+json"]
    assert set(problem) == {"type", "title", "status", "detail", "code", "error"}
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert problem["error"] == problem["detail"]
    assert names in problem["detail"]
    assert response.headers["Cache-Control"] == "no-store"
