# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The guard around the third-party packages, imported when they are needed and not before.

A task with an access token at hand never pays for the import of msal.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import shlex
import sys
import typing as t

from .errors import DependencyError

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from .errors import GraphError

# The reasons stand in requirements.txt, beside the same floors.
MINIMUM_VERSIONS = {
    "cryptography": "3.1",
    "msal": "1.35.0",
    "requests": "2.25.0",
}

_INSTALL_HINT = (
    "Run {install}, or for a task on the controller set ansible_python_interpreter to"
    ' "{{{{ ansible_playbook_python }}}}" and install these packages into the Python environment of ansible-core.'
)

_IMAGE_HINT = (
    "This task runs in an execution environment. Set ansible_python_interpreter to"
    ' "{{{{ ansible_playbook_python }}}}". If the image itself lacks the packages, build one with ansible-builder that'
    " holds the collection msgraph.intune and with it {packages}, and select this image for the job."
)
# ansible-runner sets this variable to a folder below /runner for whatever runs in an execution environment, which
# includes the jobs of AWX, and to another folder elsewhere.
_RUNNER_VARIABLE = "AWX_ISOLATED_DATA_DIR"
_RUNNER_FOLDER = "/runner/"


def load(name: str) -> t.Any:
    """Import one of the packages of :data:`MINIMUM_VERSIONS`, or a module of it, and return it.

    :raises DependencyError: it is missing, broken or too old; the message names the interpreter and the cure.
    """
    package = name.partition(".")[0]
    try:
        module = importlib.import_module(name)
    except ImportError as exc:
        raise _dependency_error(package, f"the Python package {package} cannot be imported ({exc})") from exc
    version = str(getattr(sys.modules[package], "__version__", ""))
    if _release(version) < _release(MINIMUM_VERSIONS[package]):
        raise _dependency_error(package, f"the Python package {package} {version} is too old")
    return module


def load_msal() -> t.Any:
    """Import msal and silence its log: it logs answers that it cannot read, tokens included.

    :raises DependencyError: it is missing or too old.
    """
    return _silenced(load("msal"), "msal")


def load_requests() -> t.Any:
    """Import requests and silence the log of urllib3: it logs URLs and headers of the services unmasked.

    :raises DependencyError: it is missing or too old.
    """
    return _silenced(load("requests"), "urllib3")


def _silenced(module: t.Any, logger: str) -> t.Any:
    import logging

    # Without a handler, Python writes warnings to standard error.
    logging.getLogger(logger).setLevel(logging.CRITICAL + 1)
    return module


def is_installed(name: str) -> bool:
    """Return whether Python finds a module, without importing it."""
    return importlib.util.find_spec(name) is not None


def install_command(*packages: str) -> str:
    """Return the command that installs packages for the Python that runs this."""
    return shlex.join([sys.executable, "-m", "pip", "install", *packages])


def explain_in_image(error: GraphError, environ: Mapping[str, str]) -> GraphError:
    """Return the error, with another hint if it is a DependencyError in an execution environment.

    There, packages that "pip install" adds last only until the end of the job.

    :param environ: the environment variables of the task.
    """
    if isinstance(error, DependencyError) and environ.get(_RUNNER_VARIABLE, "").startswith(_RUNNER_FOLDER):
        return error.copy_with(hint=_IMAGE_HINT.format(packages=", ".join(_floors())))
    return error


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _dependency_error(package: str, problem: str) -> DependencyError:
    # All of them at once, so that nobody learns of the next one from the next failure.
    install = install_command(*_floors())
    return DependencyError(
        f"In the Python interpreter {sys.executable} {problem}", hint=_INSTALL_HINT.format(install=install)
    )


def _floors() -> list[str]:
    return [f"{name}>={version}" for name, version in sorted(MINIMUM_VERSIONS.items())]
