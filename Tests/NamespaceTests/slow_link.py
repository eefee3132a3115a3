"""A link between two network interfaces that is slow and loses packets; Debian's kernel has netem for it, others not.

    slow_link.py INTERFACE INTERFACE DELAY LOSS     seconds, and a share from 0 to 1, each in both directions
"""

import collections
import random
import select
import socket
import sys
import time

ALL_PROTOCOLS = 3
OUTGOING = 4
FRAME = 1 << 16


def main():
    delay, loss = float(sys.argv[3]), float(sys.argv[4])
    ends = []
    for name in sys.argv[1:3]:
        end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
        end.bind((name, ALL_PROTOCOLS))
        end.setblocking(False)
        ends.append(end)
    # In the order of arrival, which is the order of departure: the delay is the same for all.
    under_way = collections.deque()
    print("ready", flush=True)
    while True:
        wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
        for end in select.select(ends, [], [], wait)[0]:
            frame, origin = end.recvfrom(FRAME)
            if origin[2] != OUTGOING and random.random() >= loss:
                under_way.append((time.monotonic() + delay, ends[1 - ends.index(end)], frame))
        while under_way and under_way[0][0] <= time.monotonic():
            _, other, frame = under_way.popleft()
            try:
                other.send(frame)
            except OSError:
                # A full queue loses packets, too.
                continue


main()
