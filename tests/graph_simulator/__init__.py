# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An embedded simulator of Microsoft Entra's token service and of Microsoft Graph's Exchange connectors.

It speaks real HTTP over real TLS on ports of its own, and it is as strict as the services: unknown routes, verbs,
bodies and tokens are refused with the answers that the services give. Start it with
``python -m graph_simulator --ready-file PATH`` from the folder that holds this package, or from Python with
:class:`graph_simulator.handle.Simulator`.
"""
