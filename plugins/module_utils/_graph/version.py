# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The name and the version of the collection. A test compares them with galaxy.yml."""

from __future__ import annotations

COLLECTION = "msgraph.intune"
DEVICE_LOGIN_PLAYBOOK = f"{COLLECTION}.device_login"
VERSION = "1.0.0"
