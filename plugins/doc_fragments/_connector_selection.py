# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should use it.

from __future__ import annotations


class ModuleDocFragment:
    # The options that select connectors.
    DOCUMENTATION = r"""
options:
  connector_id:
    description:
      - An ID, or a list of IDs, as M(msgraph.intune.intune_exchange_connector_info) lists them.
      - A string may hold several IDs, separated by commas. Blank items are ignored, and an ID that is given twice is
        used once.
      - An empty list selects no connector, so the module does nothing. In an ad-hoc command give it as JSON.
      - The module refuses an ID that is C(.) or C(..), or that contains a control character, a quote, a bracket, a
        slash, a backslash, C(?) or C(#). It then sends no request.
      - The ID of a connector changes when it is reinstalled. Its name usually stays, so prefer O(connector_name).
    type: raw
  connector_name:
    description:
      - A name, or a list of names, to find connectors by. The module compares the whole name, ignoring case, with the
        name of the Exchange server, the name of the server that hosts the connector, the Exchange alias, the Exchange
        organization and the primary SMTP address.
      - A string is one name, even if it contains commas. For several names give a list. On a command line write it as
        JSON, such as C(-a '{"connector_name":["Contoso","Fabrikam"]}'), with C(-e) for a playbook.
      - If a name fits no connector, or more than one, the task fails, lists the candidates and changes nothing.
      - An empty list selects no connector, so the module does nothing.
    type: raw
  all_connectors:
    description:
      - Whether to select all connectors of the tenant.
      - Use only one of O(connector_id), O(connector_name) and O(all_connectors=true).
    type: bool
    default: false
notes:
  - In O(connector_id) and O(connector_name), empty and blank strings, V(null) and V(false) count as not given, because
    surveys and filters produce them. An empty list never means all connectors.
  - Ansible refuses an empty or blank string for O(all_connectors), which is a boolean.
seealso:
  - name: Guide to connectors and their syncs
    description: How to select connectors, skip those that synced recently, wait for a sync and react to it, with
      complete playbooks.
    link: https://github.com/msgraph-intune/msgraph.intune/blob/main/docs/docsite/rst/guide_connectors_and_syncs.rst
"""
