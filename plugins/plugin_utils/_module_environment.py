# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""What a module would find around it, for what runs in Ansible's own process."""

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
    """The block runs in this folder, and nothing that it logs or writes to standard output or error is shown or kept.

    What libraries write to standard error, a module's caller never shows; here it would reach the terminal, and what
    they log the file that Ansible logs to, which is read by others than those who may see what a request says.
    Ansible's display works as ever.
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
