# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures for all unit tests."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SECRETS


@pytest.fixture(autouse=True)
def _forget_secrets() -> t.Iterator[None]:
    """Clear the registry of secrets, so that a test does not mask texts of the next one."""
    yield
    SECRETS.clear()
