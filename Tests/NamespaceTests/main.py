"""Makes a cluster in network namespaces, runs the tests of this folder against it, removes everything."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
import unittest

import cluster
import network

PROGRAMS = ("ip", "nft", "nsenter", "setpriv", "openssl", "haproxy")


def features(binary):
    """All settings that the binary knows, as text."""
    return subprocess.run([binary, "config", "example"], capture_output=True, text=True, check=True).stdout


def why_not():
    """Why no cluster can be made here; None when one can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    return f"these programs are missing: {' '.join(missing)}" if missing else None


def numbers(binary):
    """How many coordinators and members of etcd: what is asked for, else what the binary can do."""
    has_etcd = "endpoints" in features(binary) and shutil.which("etcd") is not None
    coordinators = int(os.environ.get("CLOISTER_TEST_COORDINATORS", "2" if has_etcd else "1"))
    return coordinators, int(os.environ.get("CLOISTER_TEST_ETCD", "3" if coordinators > 1 else "0"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    known, rest = parser.parse_known_args()
    # An exception, so that everything on the way out is removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    if reason := why_not():
        sys.exit(print(f"skipped: {reason}", file=sys.stderr))
    coordinators, etcd = numbers(known.binary)
    began = time.monotonic()
    try:
        with cluster.Cluster(known.binary, coordinators=coordinators, etcd=etcd) as cluster.current:
            taken = time.monotonic() - began
            print(f"{coordinators} coordinators, 3 workers, {etcd} etcd: ready after {taken:.1f} s", file=sys.stderr)
            words = ["run", *rest] if any(not word.startswith("-") for word in rest) else ["run", "discover", *rest]
            program = unittest.main(module=None, argv=words, exit=False)
    except network.Unavailable as error:
        sys.exit(print(f"skipped: network namespaces cannot be made here: {error}", file=sys.stderr))
    print(f"everything took {time.monotonic() - began:.0f} s", file=sys.stderr)
    sys.exit(0 if program.result.wasSuccessful() and program.result.testsRun > 0 else 1)


if __name__ == "__main__":
    main()
