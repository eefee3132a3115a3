"""The memory of the cluster's processes, as the kernel counts it."""

import contextlib

import cluster

MIB = 1 << 20


def peaks():
    """The most memory that each process had since the last reset, in MiB."""
    values = {}
    for name, process in cluster.current.processes().items():
        with open(f"/proc/{process}/status", encoding="ascii") as file:
            fields = dict(line.split(":", 1) for line in file)
        values[name] = int(fields["VmHWM"].split()[0]) / 1024
    return values


def reset():
    for process in cluster.current.processes().values():
        with open(f"/proc/{process}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")


@contextlib.contextmanager
def measured(test, what, most):
    """Fails the test when what happens inside costs coordinator or worker more than `most` MiB over the state before."""
    if not cluster.current.is_ours:
        yield
        return
    reset()
    before = peaks()
    yield
    over = {name: peak - before[name] for name, peak in peaks().items()}
    print(f"{what}: " + ", ".join(f"{name} {over[name]:.1f} MiB over {before[name]:.1f}" for name in over))
    test.assertLess(max(over.values()), most, what)
