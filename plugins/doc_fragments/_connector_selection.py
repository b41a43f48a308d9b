# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should use it.

from __future__ import annotations


class ModuleDocFragment:
    # Which connectors a module is about.
    DOCUMENTATION = r"""
options:
  connector_id:
    description:
      - The IDs of connectors, as M(msgraph.intune.intune_exchange_connector_info) lists them.
      - A string may hold several IDs, separated by commas. Blank items are passed over, and an ID that is given twice
        is used once.
      - An empty list means that nothing is to be done; in an ad-hoc command it must be given as JSON.
      - An ID that is C(.) or C(..), or that holds a control character, a quote, a bracket, a slash, a
        backslash, C(?) or C(#), is refused before anything is sent.
      - A reinstalled connector has a new ID, so O(connector_name) lasts longer.
    type: list
    elements: raw
  connector_name:
    description:
      - A name, or a list of names, to find connectors by. Each is compared as a whole, without regard to case, with the
        name of the Exchange server, the name of the server that hosts the connector, the Exchange alias, the Exchange
        organization and the primary SMTP address.
      - A string is one name, commas and all.
      - A name that fits no connector, or more than one, is an error that lists the candidates, and nothing is changed.
      - An empty list means that nothing is to be done.
    type: raw
  all_connectors:
    description:
      - Whether to select all connectors of the tenant.
      - O(connector_id), O(connector_name) and O(all_connectors=true) exclude each other.
    type: bool
    default: false
notes:
  - Empty and blank strings, V(null) and V(false) count as not given in O(connector_id) and O(connector_name), because
    surveys and filters deliver them. An explicit empty list never means all.
  - Ansible refuses an empty or blank string for O(all_connectors), which is a boolean.
seealso:
  - name: Guide to connectors and their syncs
    description: How to choose connectors, skip what synced not long ago, wait, look and react; with complete playbooks.
    link: https://github.com/msgraph-intune/msgraph.intune/blob/main/docs/docsite/rst/guide_connectors_and_syncs.rst
"""
