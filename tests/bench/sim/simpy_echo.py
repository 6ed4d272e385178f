"""The same in SimPy: clients whose requests take a latency to the server and one back.

Usage: simpy_echo.py CLIENTS REQUESTS; prints events a second. A request is two timeouts, an event
of SimPy each, as it is two completions to the simulated system.
"""
import random
import sys
import time

import simpy


def client(env, draw, left):
    while left[0] > 0:
        yield env.timeout(draw(500_000, 1_500_000))
        yield env.timeout(draw(500_000, 1_500_000))
        left[0] -= 1


def main():
    clients, requests = int(sys.argv[1]), int(sys.argv[2])
    env = simpy.Environment()
    left = [requests]
    draw = random.Random(1).randint
    for _ in range(clients):
        env.process(client(env, draw, left))
    start = time.perf_counter()
    env.run()
    print(2 * requests / (time.perf_counter() - start))


main()
