"""The process in which a session's Python code runs: `python3 -I runtime.py`, started by the guest agent.

Commands come in on descriptor 3 and replies go out on descriptor 4, as deploy/guest/README.md describes them.
Standard output and standard error are the code's own.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloister_runtime import session  # noqa: E402

del sys.path[0]

if __name__ == "__main__":
    session.serve(commands=3, replies=4)
