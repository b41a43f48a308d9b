# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ast
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


def test_a_sentence_names_action_answer_and_next_step() -> None:
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


def test_what_is_not_known_is_left_out_of_the_sentence() -> None:
    assert str(OptionsError("x is empty")) == "x is empty."


def test_what_surrounds_a_message_and_an_id_that_it_tells_itself_are_not_repeated() -> None:
    assert str(OptionsError(" x is empty \n")) == "x is empty."
    error = NotFoundError("nothing there, says r-1", service="Microsoft Graph", status=404, request_id="r-1")
    assert str(error) == "Microsoft Graph answered 404: nothing there, says r-1."


def test_the_first_to_name_the_action_knows_best() -> None:
    with pytest.raises(GraphError) as caught, error_context("do everything"), error_context("do the one thing"):
        raise NetworkError("no route")
    assert str(caught.value) == "Could not do the one thing: no route."


def test_as_data_each_key_is_there() -> None:
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


def test_each_kind_of_the_contract_has_its_class() -> None:
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


def test_a_copy_has_other_values_and_the_error_keeps_its_own() -> None:
    error = ThrottledError("busy", hint="Wait.", status=429, retry_after=5.0, action="sync it", attempts=2)
    copy = error.copy_with(hint="Go home.", attempts=3)
    assert isinstance(copy, ThrottledError)
    assert copy.as_dict() == {**error.as_dict(), "hint": "Go home."}
    assert (copy.action, copy.attempts, copy.args) == ("sync it", 3, ("busy",))
    assert (error.hint, error.attempts) == ("Wait.", 2)


def caught_names(tree: ast.AST) -> set[str]:
    """Return the names of caught exceptions, and the names that are used for errors by convention."""
    handlers = {node.name for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.name}
    return handlers | {"error", "exc", "failure", "cause"}


@pytest.mark.parametrize(
    "path", sorted((COLLECTION / "plugins").rglob("*.py")), ids=lambda path: str(path.relative_to(COLLECTION))
)
def test_no_code_changes_an_error_after_it_was_created(path: Path) -> None:
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
