# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The supported releases of ansible-core and the release candidate of the next one, with the Pythons of each.

The Pythons for modules are those that both ansible-core and MSAL support.
"""

from __future__ import annotations

import typing as t


class Core(t.NamedTuple):
    """One minor release of ansible-core."""

    name: str
    # The Pythons for Ansible, from the newest to the oldest, and the other Pythons for modules.
    controller_versions: tuple[str, ...]
    targets: tuple[str, ...]
    requirement: str
    # Sanity tests that cannot run, with the reasons.
    skipped_tests: t.Mapping[str, str] = {}

    @property
    def pythons(self) -> tuple[str, ...]:
        """All Pythons, from the oldest to the newest."""
        return tuple(
            sorted({*self.controller_versions, *self.targets}, key=lambda version: int(version.partition(".")[2]))
        )


CORES = (
    Core("2.16", ("3.12", "3.11", "3.10"), ("3.9",), "ansible-core~=2.16.0"),
    Core("2.17", ("3.12", "3.11", "3.10"), ("3.9",), "ansible-core~=2.17.0"),
    Core("2.18", ("3.13", "3.12", "3.11"), ("3.9", "3.10"), "ansible-core~=2.18.0"),
    Core("2.19", ("3.13", "3.12", "3.11"), ("3.9", "3.10"), "ansible-core~=2.19.0"),
    Core("2.20", ("3.14", "3.13", "3.12"), ("3.9", "3.10", "3.11"), "ansible-core~=2.20.0"),
    Core("2.21", ("3.14", "3.13", "3.12"), ("3.9", "3.10", "3.11"), "ansible-core~=2.21.0"),
    Core(
        "2.22",
        ("3.14", "3.13"),
        ("3.9", "3.10", "3.11", "3.12"),
        # pip installs a release candidate if the requirement names one.
        "ansible-core~=2.22.0rc1",
        {"pylint": "its requirements name a package by an address that is no package index"},
    ),
)


def select_cores(name: str) -> tuple[Core, ...]:
    """Return the release with this name, or all releases if the name is empty."""
    cores = tuple(core for core in CORES if name in ("", core.name))
    if not cores:
        raise SystemExit(f"CORE is one of {', '.join(core.name for core in CORES)}; it is '{name}'.")
    return cores
