# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The guard around the third-party packages, imported when they are needed and not before.

A task with an access token at hand never pays for the import of msal.
"""

from __future__ import annotations

import importlib
import re
import sys
import typing as t

from ._errors import DependencyError

# The reasons stand in requirements.txt, beside the same floors.
MINIMUM_VERSIONS = {
    "msal": "1.19.0",
    "requests": "2.25.0",
}

_CURE = (
    "Run \"{python} -m pip install '{package}>={minimum}'\", or run the task with a Python that has it: for a task on"
    ' the controller set ansible_python_interpreter to "{{{{ ansible_playbook_python }}}}" and install it beside'
    " ansible-core."
)


def load(package: str) -> t.Any:
    """Import one of the packages of :data:`MINIMUM_VERSIONS` and return its module.

    :raises DependencyError: it is missing, broken or too old; the message names the interpreter and the cure.
    """
    try:
        module = importlib.import_module(package)
    except ImportError as exc:
        raise _dependency_error(package, f"the Python package {package} cannot be imported ({exc})") from exc
    version = str(getattr(module, "__version__", ""))
    if _release(version) < _release(MINIMUM_VERSIONS[package]):
        raise _dependency_error(package, f"the Python package {package} {version} is too old")
    return module


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def _dependency_error(package: str, problem: str) -> DependencyError:
    cure = _CURE.format(python=sys.executable, package=package, minimum=MINIMUM_VERSIONS[package])
    return DependencyError(f"In the Python interpreter {sys.executable} {problem}", hint=cure)
