# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Give code in Ansible's worker process the environment of a module."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def module_environment(folder: str) -> Iterator[None]:
    """Run the block in a folder, and discard its log records and its output to stdout and stderr.

    Ansible discards the log and the stderr output of a module. In the worker process, stderr would reach the terminal,
    and log records would reach Ansible's log file, whose readers may not be allowed to see the content of requests.
    Ansible's display works as usual.

    :param folder: the working directory of the block.
    """
    disabled = logging.root.manager.disable
    before = os.open(".", os.O_RDONLY | os.O_CLOEXEC)
    logging.disable(logging.CRITICAL)
    try:
        os.chdir(folder)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        os.fchdir(before)
        os.close(before)
        logging.disable(disabled)
