"""Starts LocalStack so that only this machine reaches it.

Release 4.9.2 takes the port from GATEWAY_LISTEN but not the address, and listens on every interface.
"""

import functools
import os

from twisted.internet import endpoints

endpoints.TCP4ServerEndpoint = functools.partial(
    endpoints.TCP4ServerEndpoint, interface=os.environ["GATEWAY_LISTEN"].split(":")[0]
)

# Only now, because it builds its listener from the changed class.
from localstack.runtime.main import main

main()
