# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The one place that names this collection and its version to code; galaxy.yml repeats the version, a test compares."""

from __future__ import annotations

COLLECTION = "msgraph.intune"
DEVICE_LOGIN_PLAYBOOK = f"{COLLECTION}.device_login"
VERSION = "1.0.0"
