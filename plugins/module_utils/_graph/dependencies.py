# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Import third-party packages, with a clear error if a package is missing or too old.

Packages are imported only when they are needed: a task with an access token does not import msal.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import re
import shlex
import sys
import typing as t

from .errors import DependencyError

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from .errors import GraphError

# requirements.txt has the same versions, with the reasons.
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
# In an execution environment, for example in jobs of AWX, ansible-runner sets this variable to a folder below /runner.
# Otherwise it sets another folder.
_RUNNER_VARIABLE = "AWX_ISOLATED_DATA_DIR"
_RUNNER_FOLDER = "/runner/"


def load(name: str) -> t.Any:
    """Import a package of :data:`MINIMUM_VERSIONS`, or one of its modules, and return it.

    :raises DependencyError: the package is missing, broken or too old. The message contains the interpreter and a hint.
    """
    package = name.partition(".")[0]
    try:
        module = importlib.import_module(name)
    except ImportError as exc:
        raise _dependency_error(package, f"the Python package {package} cannot be imported ({exc})") from exc
    version = str(getattr(sys.modules[package], "__version__", ""))
    if _release_numbers(version) < _release_numbers(MINIMUM_VERSIONS[package]):
        raise _dependency_error(package, f"the Python package {package} {version} is too old")
    return module


def load_msal() -> t.Any:
    """Import msal and disable its log: it logs invalid responses, including tokens.

    :raises DependencyError: msal is missing or too old.
    """
    return _disable_log(load("msal"), "msal")


def load_requests() -> t.Any:
    """Import requests and disable the log of urllib3: it logs URLs and headers without masking.

    :raises DependencyError: requests is missing or too old.
    """
    return _disable_log(load("requests"), "urllib3")


def _disable_log(module: t.Any, logger: str) -> t.Any:
    # Without a log handler, Python prints warnings to standard error.
    logging.getLogger(logger).setLevel(logging.CRITICAL + 1)
    return module


def is_installed(name: str) -> bool:
    """Return whether Python finds a module. Do not import it."""
    return importlib.util.find_spec(name) is not None


def install_command(*packages: str) -> str:
    """Return the command that installs packages for this Python interpreter."""
    return shlex.join([sys.executable, "-m", "pip", "install", *packages])


def explain_in_image(error: GraphError, environ: Mapping[str, str]) -> GraphError:
    """Return the error, with another hint if it is a DependencyError in an execution environment.

    There, packages that "pip install" adds last only until the end of the job.

    :param environ: the environment variables of the task.
    """
    if isinstance(error, DependencyError) and environ.get(_RUNNER_VARIABLE, "").startswith(_RUNNER_FOLDER):
        return error.copy_with(hint=_IMAGE_HINT.format(packages=", ".join(_requirements())))
    return error


def _release_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _dependency_error(package: str, problem: str) -> DependencyError:
    # The command installs all packages, so that the next task does not fail for another missing package.
    install = install_command(*_requirements())
    return DependencyError(
        f"In the Python interpreter {sys.executable} {problem}", hint=_INSTALL_HINT.format(install=install)
    )


def _requirements() -> list[str]:
    return [f"{name}>={version}" for name, version in sorted(MINIMUM_VERSIONS.items())]
