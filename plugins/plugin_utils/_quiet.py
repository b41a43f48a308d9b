# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Keeps libraries from speaking for themselves in Ansible's own process.

What they write to standard error, a module's caller never shows; here it would reach the terminal, and what they log
the file that Ansible logs to, which is read by others than those who may see what a request says.
"""

from __future__ import annotations

import contextlib
import io
import logging
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Nothing that the block logs, or writes to standard output or error, is shown or kept. Ansible's display works."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        logging.disable(before)
