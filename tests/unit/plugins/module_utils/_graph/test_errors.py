# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ast
import copy
import pickle
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import (
    GraphError,
    NetworkError,
    NotFoundError,
    OptionsError,
    ThrottledError,
    error_context,
)

COLLECTION = Path(__file__).parents[5]


def test_an_error_shows_the_action_the_response_and_the_hint() -> None:
    error = NotFoundError(
        "gone.",
        hint="Look again",
        service="Microsoft Graph",
        status=404,
        code="ResourceNotFound",
        request_id="r-1",
        action="sync it",
    )
    assert str(error) == (
        "Could not sync it: Microsoft Graph answered 404 ResourceNotFound: gone (request-id r-1). Look again."
    )


def test_unknown_values_are_not_shown() -> None:
    assert str(OptionsError("x is empty")) == "x is empty."


def test_blanks_around_a_message_and_a_repeated_request_id_are_not_shown() -> None:
    assert str(OptionsError(" x is empty \n")) == "x is empty."
    error = NotFoundError("nothing there, says r-1", service="Microsoft Graph", status=404, request_id="r-1")
    assert str(error) == "Microsoft Graph answered 404: nothing there, says r-1."


def test_the_innermost_action_is_shown() -> None:
    with pytest.raises(GraphError) as caught, error_context("do everything"), error_context("do the one thing"):
        raise NetworkError("no route")
    assert str(caught.value) == "Could not do the one thing: no route."


def test_as_data_an_error_has_all_keys() -> None:
    assert NetworkError("no route").as_dict() == {
        "kind": "network",
        "status": None,
        "code": None,
        "message": "no route",
        "request_id": None,
        "client_request_id": None,
        "retry_after": None,
        "hint": None,
    }


def test_each_documented_kind_has_a_class() -> None:
    assert {error.kind for error in GraphError.__subclasses__()} == {
        "options",
        "dependency",
        "authentication",
        "authorization",
        "not_found",
        "throttled",
        "timeout",
        "network",
        "service",
        "protocol",
    }


def test_a_copy_has_other_values_and_the_error_does_not_change() -> None:
    error = ThrottledError("busy", hint="Wait.", status=429, retry_after=5.0, action="sync it", attempts=2)
    changed = error.copy_with(hint="Retry later.", attempts=3)
    assert isinstance(changed, ThrottledError)
    assert changed.as_dict() == {**error.as_dict(), "hint": "Retry later."}
    assert (changed.action, changed.attempts, changed.args) == ("sync it", 3, ("busy",))
    assert (error.hint, error.attempts) == ("Wait.", 2)


def test_an_error_can_be_copied_and_pickled() -> None:
    error = ThrottledError("busy", status=429, action="sync it", attempts=2)
    pickled = pickle.loads(pickle.dumps(error))  # noqa: S301  this test made the data
    for same in (copy.copy(error), pickled):
        assert isinstance(same, ThrottledError)
        assert vars(same) == vars(error)


def caught_names(tree: ast.AST) -> set[str]:
    """Return the names of caught exceptions, and the names that are used for errors by convention."""
    handlers = {node.name for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.name}
    return handlers | {"error", "exc", "failure", "cause"}


@pytest.mark.parametrize(
    "path", sorted((COLLECTION / "plugins").rglob("*.py")), ids=lambda path: str(path.relative_to(COLLECTION))
)
def test_a_file_does_not_change_errors_after_they_are_created(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = caught_names(tree)
    targets = [
        target
        for node in ast.walk(tree)
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    ]
    parts = [part for target in targets for part in ast.walk(target) if isinstance(part, ast.Attribute)]
    changed = [ast.unparse(part) for part in parts if isinstance(part.value, ast.Name) and part.value.id in names]
    assert changed == []
