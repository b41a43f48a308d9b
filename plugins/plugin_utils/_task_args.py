# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The arguments of a task before Ansible checks them."""

from __future__ import annotations

import math
import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping

# No number of an option has more digits. Python and Ansible need minutes to convert some longer ones.
_MAX_DIGITS: t.Final = 40


def prepared_args(args: Mapping[str, t.Any], spec: Mapping[str, Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """Return the arguments of a task in a form that Ansible's own checks can handle.

    - Null counts as not given. Ansible refuses it for an option that has a default: for a boolean or a number always,
      for a text before ansible-core 2.19.
    - Numbers that Ansible cannot convert, or cannot convert in time, become a text that it refuses with a message.

    :param spec: the argument spec.
    """
    counts = {
        name
        for option, details in spec.items()
        if details.get("type") == "int"
        for name in (option, *details.get("aliases", ()))
    }
    provided = {name: _without_long_numbers(value) for name, value in args.items() if value is not None}
    return {name: _count(value) if name in counts else value for name, value in provided.items()}


def _without_long_numbers(value: t.Any) -> t.Any:
    if isinstance(value, list):
        return [_without_long_numbers(item) for item in value]
    is_long = isinstance(value, int) and abs(value) >= 10**_MAX_DIGITS
    return f"a number of more than {_MAX_DIGITS} digits" if is_long else value


def _count(value: t.Any) -> t.Any:
    """Return a value of a whole number; what is not one is returned in quotes, which Ansible refuses at once."""
    if isinstance(value, float):
        return value if math.isfinite(value) else f"'{value}'"
    if isinstance(value, str) and value.strip() and not re.fullmatch(r"-?[0-9]{1,40}", value.strip(), re.ASCII):
        return f"'{value[:_MAX_DIGITS]}'"
    return value
