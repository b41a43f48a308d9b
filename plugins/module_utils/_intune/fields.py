# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Read the properties of a Graph object into the dictionary that results show."""

from __future__ import annotations

import typing as t

from .._graph.errors import INTERCEPTED_HINT, ProtocolError
from .._graph.masking import SECRETS, clip
from .ids import is_id

if t.TYPE_CHECKING:
    from collections.abc import Sequence

State = dict[str, t.Any]
"""The properties of an object by their keys in results, ``id`` among them."""

_MAX_PROPERTY_LENGTH: t.Final = 1024
# If the JSON value of a time is not a text, the result shows at most this many characters of it.
_MAX_TIME_LENGTH: t.Final = 100


class Field(t.NamedTuple):
    """A property of an object.

    :param key: its name in results, in snake_case.
    :param path: the names of the JSON properties that lead to it, the outermost first.
    :param type: ``text``, ``time``, ``number`` or ``boolean``. If the JSON value has another
        type, the result is ``None``. A field of the type ``time`` keeps the value as text, because an unreadable time
        is not a missing time.
    """

    key: str
    path: tuple[str, ...]
    type: str = "text"


def read_state(
    noun: str, fields: Sequence[Field], body: t.Any, *, needs_id: bool = True, secrets: Sequence[str] = ()
) -> State:
    """Return the state of an object. It has each key of ``fields``; missing properties are ``None``.

    :param noun: what messages call the object.
    :param body: the JSON of the object, or ``{"value": …}`` around it as in a sample of Microsoft's documentation.
    :param needs_id: whether the object must have an id. The only object of a resource can lack one.
    :param secrets: the JSON properties that hold secrets. They are registered for masking, and are not in the state.
    :raises ProtocolError: the body is not such an object.
    """
    body = unwrap(body)
    if isinstance(body, dict):
        register_secrets(body, secrets)
    object_id = body.get("id") if isinstance(body, dict) else None
    if not isinstance(body, dict) or (needs_id and not (isinstance(object_id, str) and is_id(object_id))):
        article = "an" if noun[0] in "AEIOUaeiou" else "a"
        raise ProtocolError(f"the answer is not {article} {noun}", hint=INTERCEPTED_HINT)
    return {field.key: _read_value(field, body) for field in fields}


def unwrap(body: t.Any) -> t.Any:
    """Return the inner object of ``{"value": {…}}``. Return any other body unchanged."""
    return body["value"] if isinstance(body, dict) and isinstance(body.get("value"), dict) else body


def register_secrets(body: t.Any, names: Sequence[str]) -> None:
    """Register the text values of these JSON properties for masking."""
    if isinstance(body, dict):
        SECRETS.add(*(body[name] for name in names if isinstance(body.get(name), str)))


def limit_length(text: str) -> str:
    """Return the text, cut to 1,024 characters. Mask it before: a truncated secret could not be masked later."""
    return text if len(text) <= _MAX_PROPERTY_LENGTH else SECRETS.mask(text)[:_MAX_PROPERTY_LENGTH]


def _read_value(field: Field, body: t.Any) -> t.Any:
    value = body
    for name in field.path:
        value = value.get(name) if isinstance(value, dict) else None
    if field.type == "boolean":
        return value if isinstance(value, bool) else None
    if field.type == "number":
        return value if isinstance(value, int) and not isinstance(value, bool) else None
    if isinstance(value, str):
        return limit_length(value)
    return clip(str(value), _MAX_TIME_LENGTH) if field.type == "time" and value is not None else None
