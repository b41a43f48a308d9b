# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read JSON objects of seed files and control requests, and report errors in sentences."""

from __future__ import annotations

import typing as t

T = t.TypeVar("T", str, int, float, bool, list[t.Any], dict[str, t.Any])
Item = t.TypeVar("Item")

_NAMES: dict[type, str] = {
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


class InputError(ValueError):
    """Invalid input. The message is a sentence for the person who wrote the input."""


def _fits(value: object, kind: type) -> bool:
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    # In Python, bool is a subclass of int. In JSON, true is not a number.
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def check_type(value: object, kind: type[T], where: str) -> T:
    """Return ``value`` if it has that JSON type, else raise :class:`InputError` that names ``where``."""
    if not _fits(value, kind):
        raise InputError(f"{where} must be {_NAMES[kind]}, not {_NAMES[type(value)]}.")
    return t.cast("T", value)


class Fields:
    """A JSON object with known field names. ``where`` names the object in messages, for example ``faults[0]``."""

    def __init__(self, value: object, where: str, known: t.Collection[str]) -> None:
        self._values = check_type(value, dict, where)
        self._where = where
        unknown = sorted(set(self._values) - set(known))
        if unknown:
            raise InputError(f"{where} has the unknown field {unknown[0]}; it may have {', '.join(sorted(known))}.")

    def get(self, name: str, kind: type[T]) -> T | None:
        """Return the value of a field, or None when it is absent or null."""
        value = self._values.get(name)
        return None if value is None else check_type(value, kind, f"{self._where}.{name}")

    def require(self, name: str, kind: type[T]) -> T:
        """Return the value of a field; raise InputError when it is absent or null."""
        value = self.get(name, kind)
        if value is None:
            raise InputError(f"{self._where}.{name} is missing.")
        return value

    def number(self, name: str, default: float, minimum: float = 0) -> float:
        """Return a number; raise InputError when it is below ``minimum``."""
        value = self.get(name, float)
        if value is None:
            return default
        if value < minimum:
            raise InputError(f"{self._where}.{name} must be at least {minimum:g}, not {value:g}.")
        return value

    def count(self, name: str, default: int, minimum: int = 0) -> int:
        """Return an integer; raise InputError when it is below ``minimum``."""
        self.get(name, int)
        return int(self.number(name, default, minimum))

    def flag(self, name: str, default: bool) -> bool:
        """Return true or false."""
        value = self.get(name, bool)
        return default if value is None else value

    def items(self, name: str, read: t.Callable[[object, str], Item]) -> tuple[Item, ...]:
        """Read each item of a list; an absent list is empty. ``read`` gets the item and its place."""
        return read_items(self.get(name, list) or [], f"{self._where}.{name}", read)

    def choice(self, name: str, choices: t.Sequence[str], default: str | None = None) -> str:
        """Return one of ``choices``. The field is required when there is no default."""
        value = self.require(name, str) if default is None else self.get(name, str) or default
        if value not in choices:
            raise InputError(f"{self._where}.{name} must be {' or '.join(choices)}, not {value!r}.")
        return value

    def texts(self, name: str) -> tuple[str, ...] | None:
        """Return a list of strings, or None when it is absent or null."""
        if self._values.get(name) is None:
            return None
        return self.items(name, lambda value, where: check_type(value, str, where))

    def has(self, name: str) -> bool:
        """Return whether the field is present, even with the value null."""
        return name in self._values

    def raw(self, name: str) -> t.Any:
        """Return the value of a field with any type, or None when it is absent."""
        return self._values.get(name)


def read_items(value: object, where: str, read: t.Callable[[object, str], Item]) -> tuple[Item, ...]:
    """Read each item of a list; raise InputError."""
    return tuple(read(item, f"{where}[{index}]") for index, item in enumerate(check_type(value, list, where)))


def read_distinct(value: object, where: str, read: t.Callable[[object, str], Item], key: str) -> tuple[Item, ...]:
    """Read a list whose items have different values of the attribute ``key``; raise InputError."""
    items = read_items(value, where, read)
    if len({getattr(item, key) for item in items}) < len(items):
        raise InputError(f"{where} has the same {key} twice.")
    return items


def merge_changes(current: t.Mapping[str, t.Any], changes: object, key: str) -> dict[str, t.Any]:
    """Return ``current`` with the fields of ``changes`` replaced; raise InputError if they include ``key``."""
    replacements = check_type(changes, dict, "The change")
    if key in replacements:
        raise InputError(f"A change cannot name {key}: the address of the request does.")
    return {**current, **replacements}
