# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator of Microsoft Entra and of the Intune resources in Microsoft Graph that can sync.

It also simulates the managed identity endpoint of App Service, and an HTTP proxy. Each service listens on its own port,
with TLS where the real service uses TLS. The simulator is as strict as the services: it rejects unknown routes, verbs,
bodies and tokens with the error responses of the services.

To start it, run ``python -m graph_simulator --ready-file PATH`` in the parent folder of this package, or use
:class:`graph_simulator.handle.Simulator` in Python. Tests that need no network use
:class:`graph_simulator.service_handler.ServiceHandler`.
"""
