"""What every Python SDK does against the simulator, and how it tells what it saw.

The setup comes as JSON on standard input; what was seen goes as JSON to standard output. Nothing is judged here: the
Rust test compares.
"""

import json
import sys
import urllib.request


def main(journey):
    setup = json.load(sys.stdin)
    json.dump(journey(setup), sys.stdout)


def finish(setup):
    """Ends the change that is under way, as the cloud does after a while."""
    url = f"{setup['control']}/instances/{setup['instance']}/finish"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(urllib.request.Request(url, method="POST"), timeout=20).read()


def caught(call, *exceptions):
    """The exception of the SDK that `call` ends with."""
    try:
        call()
    except exceptions as exception:
        return exception
    raise AssertionError("it did not fail")
