"""Starts a cluster, runs the tests of this folder against it, ends the cluster."""

import argparse
import signal
import sys
import time
import unittest

import cluster


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    known, rest = parser.parse_known_args()
    # An exception, so that everything on the way out is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    with cluster.Cluster(known.binary) as cluster.current:
        print(f"the cluster is ready after {time.monotonic() - began:.1f} s", file=sys.stderr)
        arguments = ["run", *rest] if any(not word.startswith("-") for word in rest) else ["run", "discover", *rest]
        program = unittest.main(module=None, argv=arguments, exit=False)
    sys.exit(0 if program.result.wasSuccessful() and program.result.testsRun > 0 else 1)


if __name__ == "__main__":
    main()
