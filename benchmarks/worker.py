"""A peer in a process of its own: `python -m benchmarks.worker MODULE`. It waits for requests and times its work.

One line of JSON per request and per answer:

* `{"prepare": question, "arguments": {…}, "warm_up": 3, "seconds": 0.5}` → `{"repeats": 12, "took": 0.04, "loss": 0.3}`
* `{"turn": 12}` → `{"seconds": 0.52, "cpu": 0.93}`
"""

import gc
import importlib
import json
import os
import sys
import time

from benchmarks.networks import named


def prepare(module, question, arguments, warm_up, seconds):
    """The work, warmed up; and the answer: how often to repeat it to fill `seconds`, and what one repeat takes."""
    gc.collect()
    arguments = {**arguments, "network": named(arguments["network"])}
    run = getattr(module, question)(**arguments)
    clock = time.perf_counter()
    loss = run(warm_up)
    took = (time.perf_counter() - clock) / warm_up
    if hasattr(run, "loss"):
        loss = run.loss()
    repeats, whole = 1, 0.0
    while took < 4 * seconds:  # what takes longer is done once per turn, and its first time tells enough
        whole = turn(run, repeats)["seconds"]
        took = whole / repeats
        if whole > seconds / 4:
            break
        repeats = max(repeats * 2, int(seconds / 2 / took))
    return run, {"repeats": max(1, round(seconds / took)), "took": took, "loss": loss}


def turn(run, repeats):
    wall, cpu = time.perf_counter(), time.process_time()
    run(repeats)
    return {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print does not get between the answers
    run = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "prepare" in request:
                run = None
                module = importlib.import_module(f"benchmarks.peers.{sys.argv[1]}")
                question, arguments = request["prepare"], request["arguments"]
                run, answer = prepare(module, question, arguments, request["warm_up"], request["seconds"])
            else:
                answer = turn(run, request["turn"])
        except ImportError as error:
            answer = {"missing": str(error)}
        except Exception as error:
            answer = {"failed": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
