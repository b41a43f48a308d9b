# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# /// script
# dependencies = ["nox>=2025.02.09", "antsibull-nox>=1.4.0"]
# ///

"""Sessions of antsibull-nox; antsibull-nox.toml configures them."""

from __future__ import annotations

import antsibull_nox
import nox

antsibull_nox.load_antsibull_nox_toml()


@nox.session(name="make", python=False, default=True)
def make(session: nox.Session) -> None:
    """Run ruff, mypy and the linters of Ansible: make lint types."""
    session.run("make", *(session.posargs or ("lint", "types")))


if __name__ == "__main__":
    nox.main()
