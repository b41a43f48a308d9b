# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Prepare the arguments of a task for Ansible's argument validation."""

from __future__ import annotations

import math
import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping

# The maximum number of digits. Python and Ansible need minutes to convert some longer numbers.
_MAX_DIGITS: t.Final = 40


def prepared_args(args: Mapping[str, t.Any], spec: Mapping[str, Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """Return the arguments of a task in a form that Ansible can validate.

    - Remove arguments that are null. Ansible rejects null for a boolean or a number with a default, and before
      ansible-core 2.19 also for a text with a default.
    - Replace numbers that Ansible cannot convert, or only slowly, with a text that Ansible rejects with a message.

    :param spec: the argument spec of the module.
    """
    int_options = {
        name
        for option, details in spec.items()
        if details.get("type") == "int"
        for name in (option, *details.get("aliases", ()))
    }
    provided = {name: _without_long_numbers(value) for name, value in args.items() if value is not None}
    return {name: _checked_int(value) if name in int_options else value for name, value in provided.items()}


def _without_long_numbers(value: t.Any) -> t.Any:
    if isinstance(value, list):
        return [_without_long_numbers(item) for item in value]
    is_long = isinstance(value, int) and abs(value) >= 10**_MAX_DIGITS
    return f"a number of more than {_MAX_DIGITS} digits" if is_long else value


def _checked_int(value: t.Any) -> t.Any:
    """Return the value of an int option. Put an invalid value in quotes, so that Ansible rejects it immediately."""
    if isinstance(value, float):
        return value if math.isfinite(value) else f"'{value}'"
    if isinstance(value, str) and value.strip() and not re.fullmatch(r"-?[0-9]{1,40}", value.strip(), re.ASCII):
        return f"'{value[:_MAX_DIGITS]}'"
    return value
