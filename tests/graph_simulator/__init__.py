# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An embedded simulator of Microsoft Entra's token service and of Microsoft Graph's Exchange connectors.

App Service's managed identity endpoint stands beside them, and a proxy before them. All speak real HTTP on ports of
their own, over TLS where the services do, and are as strict as the services: unknown routes, verbs, bodies and tokens
are refused with the answers that the services give. Start it with ``python -m graph_simulator --ready-file PATH`` from
the folder that holds this package, or from Python with :class:`graph_simulator.handle.Simulator`. For tests that need
no network there is :class:`graph_simulator.service_handler.Desk`.
"""
