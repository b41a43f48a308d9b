# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads JSON objects that people write (seed files, control requests) and says in a sentence what does not fit."""

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
    """Input that does not fit; the message is a sentence for the person who wrote it."""


def _fits(value: object, kind: type) -> bool:
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    # A JSON true is no number, although Python's bool is an int.
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def checked(value: object, kind: type[T], where: str) -> T:
    """Return ``value`` when it is of that JSON type, else raise :class:`InputError` with the place in it."""
    if not _fits(value, kind):
        raise InputError(f"{where} must be {_NAMES[kind]}, not {_NAMES[type(value)]}.")
    return t.cast("T", value)


class Fields:
    """One JSON object whose field names are known; ``where`` names it in messages, such as ``faults[0]``."""

    def __init__(self, value: object, where: str, known: t.Collection[str]) -> None:
        self._values = checked(value, dict, where)
        self._where = where
        unknown = sorted(set(self._values) - set(known))
        if unknown:
            raise InputError(f"{where} has the unknown field {unknown[0]}; it may have {', '.join(sorted(known))}.")

    def get(self, name: str, kind: type[T]) -> T | None:
        """Return the field's value, or None when it is absent or null."""
        value = self._values.get(name)
        return None if value is None else checked(value, kind, f"{self._where}.{name}")

    def require(self, name: str, kind: type[T]) -> T:
        """Return the field's value; absent and null are refused."""
        value = self.get(name, kind)
        if value is None:
            raise InputError(f"{self._where}.{name} is missing.")
        return value

    def number(self, name: str, default: float, minimum: float = 0) -> float:
        """Return a number that is not below ``minimum``."""
        value = self.get(name, float)
        if value is None:
            return default
        if value < minimum:
            raise InputError(f"{self._where}.{name} must be at least {minimum:g}, not {value:g}.")
        return value

    def count(self, name: str, default: int, minimum: int = 0) -> int:
        """Return an integer that is not below ``minimum``."""
        self.get(name, int)
        return int(self.number(name, default, minimum))

    def flag(self, name: str, default: bool) -> bool:
        """Return true or false."""
        value = self.get(name, bool)
        return default if value is None else value

    def items(self, name: str, read: t.Callable[[object, str], Item]) -> tuple[Item, ...]:
        """Read each item of a list, which may be absent; ``read`` also takes the item's place."""
        return read_items(self.get(name, list) or [], f"{self._where}.{name}", read)

    def choice(self, name: str, choices: t.Sequence[str], default: str | None = None) -> str:
        """Return one of a few words; required when there is no default."""
        value = self.require(name, str) if default is None else self.get(name, str) or default
        if value not in choices:
            raise InputError(f"{self._where}.{name} must be {' or '.join(choices)}, not {value!r}.")
        return value

    def texts(self, name: str) -> tuple[str, ...] | None:
        """Return a list of strings, or None when it is absent or null."""
        if self._values.get(name) is None:
            return None
        return self.items(name, lambda value, where: checked(value, str, where))

    def has(self, name: str) -> bool:
        """Tell whether the field was written at all, null included."""
        return name in self._values

    def raw(self, name: str) -> t.Any:
        """Return the field's value of whatever type; None when it is absent."""
        return self._values.get(name)


def read_items(value: object, where: str, read: t.Callable[[object, str], Item]) -> tuple[Item, ...]:
    """Read each item of a list; raises InputError."""
    return tuple(read(item, f"{where}[{index}]") for index, item in enumerate(checked(value, list, where)))


def read_distinct(value: object, where: str, read: t.Callable[[object, str], Item], key: str) -> tuple[Item, ...]:
    """Read each item of a list whose items differ in the attribute ``key``; raises InputError."""
    found = read_items(value, where, read)
    if len({getattr(item, key) for item in found}) < len(found):
        raise InputError(f"{where} has the same {key} twice.")
    return found


def merged(known: t.Mapping[str, t.Any], changes: object, key: str) -> dict[str, t.Any]:
    """Return ``known`` with some of its fields replaced, but never the one that is its ``key``; raises InputError."""
    given = checked(changes, dict, "The change")
    if key in given:
        raise InputError(f"A change cannot name {key}: the address of the request does.")
    return {**known, **given}
