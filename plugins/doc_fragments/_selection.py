# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should use it.

from __future__ import annotations

import string

_TEMPLATE = string.Template(r"""
options:
  ${noun}_id:
    description:
      - An ID, or a list of IDs, as the info module lists them.
      - A string may hold several IDs, separated by commas. Blank items are ignored, and an ID that is given twice is
        used once.
      - An empty list selects no $noun, so the module does nothing. In an ad-hoc command give it as JSON.
      - The module refuses an ID that is C(.) or C(..), or that contains a control character, a quote, a bracket, a
        slash, a backslash, C(?) or C(#). It then sends no request.
    type: raw
  ${noun}_name:
    description:
      - A name, or a list of names, to find ${noun}s by. The module compares the whole name, ignoring case, with $names.
      - A string is one name, even if it contains commas. For several names give a list. On a command line write it as
        JSON, such as C(-a '{"${noun}_name":["Contoso","Fabrikam"]}'), with C(-e) for a playbook.
      - If a name fits no $noun, or more than one, the task fails, lists the candidates and changes nothing.
      - An empty list selects no $noun, so the module does nothing.
    type: raw
  all_${noun}s:
    description:
      - Whether to select all ${noun}s of the tenant.
      - Use only one of O(${noun}_id), O(${noun}_name) and O(all_${noun}s=true).
    type: bool
    default: false
notes:
  - In O(${noun}_id) and O(${noun}_name), empty and blank strings, V(null) and V(false) count as not given, because
    surveys and filters produce them. An empty list never means all ${noun}s.
  - Ansible refuses an empty or blank string for O(all_${noun}s), which is a boolean.
""")


class ModuleDocFragment:
    # The options that select objects, for each resource that has several of them. The annotations are needed:
    # ansible-test accepts only literals in other assignments.
    CONNECTORS: str = _TEMPLATE.substitute(
        noun="connector",
        names="the name of the Exchange server, the name of the server that hosts the connector, the Exchange alias,"
        " the Exchange organization and the primary SMTP address",
    )
    VPP_TOKENS: str = _TEMPLATE.substitute(
        noun="token", names="the token name, the location name, the organization name and the Apple ID"
    )
    ENROLLMENT_PROGRAM_TOKENS: str = _TEMPLATE.substitute(
        noun="token", names="the token name and the Apple ID (C(apple_identifier))"
    )
    PROFILES: str = _TEMPLATE.substitute(noun="profile", names="the name of the profile")
