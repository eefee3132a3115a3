"""What the adapters have in common: orders come in as lines of JSON, one answer goes out for each.

An adapter first writes {"peer": NAME, "version": TEXT, "operations": [...]}. Then for each line
{"operation": "tti" | "warm", "code": CODE} it writes {"milliseconds": N, "output": TEXT} or {"error": TEXT}.
The times are the adapter's own, so that the pipe to it costs nothing; the output is for its caller to verify.
"""

import json
import sys
import time


def serve(name, version, operations):
    """Answers orders until the input ends.

    operations: for each operation a function that takes code and returns (begin, end, output), in seconds of
    time.perf_counter.
    """
    say({"peer": name, "version": version, "operations": sorted(operations)})
    for line in sys.stdin:
        order = json.loads(line)
        try:
            begin, end, output = operations[order["operation"]](order["code"])
            say({"milliseconds": (end - begin) * 1000, "output": output})
        except Exception as error:  # whatever it is, it is this operation's failure and not the comparison's
            say({"error": f"{type(error).__name__}: {error}"})


def say(answer):
    print(json.dumps(answer), flush=True)


now = time.perf_counter
