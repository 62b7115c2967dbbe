"""Does with rest-routeros all that it offers, over HTTPS with the router's own certificate; prints it as JSON."""

import json
import ssl
import sys

from RestRouterOS.api import RestRouterOS

host, port, username, password, certificate = sys.argv[1:]
router = RestRouterOS(host, username, password, port=port, verify=ssl.create_default_context(cafile=certificate))
print(
    json.dumps(
        {name: getattr(router, name)() for name in ["identity", "routerboard", "health", "resource"]},
    )
)
