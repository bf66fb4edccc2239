"""All questions, and the report: `make bench`.

* `python -m benchmarks`: everything, written to benchmarks/RESULTS.md
* `python -m benchmarks --quick`: fewer and shorter turns, printed only
* `python -m benchmarks --only fit predict`: some questions, printed only
"""

import argparse
import datetime
import pathlib
import sys
import time

from benchmarks import first_model, fit, growth, live, machine, numpy_versions, predict, trials
from benchmarks.harness import ROOT, Answer, add_options, chosen, goal_table
from benchmarks.tables import number

RESULTS = pathlib.Path(__file__).with_name("RESULTS.md")
QUESTIONS = {
    "fit": fit,
    "first_model": first_model,
    "predict": predict,
    "growth": growth,
    "trials": trials,
    "live": live,
    "numpy_versions": numpy_versions,
}


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.split("\n")[0])
    add_options(parser)
    parser.add_argument("--only", nargs="+", choices=list(QUESTIONS), default=list(QUESTIONS), help="some questions")
    given = parser.parse_args()
    began, load = time.perf_counter(), machine.load()
    answers = []
    for name in given.only:
        print(f"{name} …", file=sys.stderr, flush=True)
        start = time.perf_counter()
        try:
            answers.append(QUESTIONS[name].answer(chosen(given)))
        except Exception as error:  # what the other questions found is not lost
            answers.append(
                Answer(QUESTIONS[name].__doc__.split("\n")[0], [f"failed ({type(error).__name__}: {error})"])
            )
        print(f"{name}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    text = report(answers, time.perf_counter() - began, load)
    print(text)
    everything = given.only == list(QUESTIONS) and chosen(given) == chosen(parser.parse_args([]))
    if everything:
        RESULTS.write_text(text + "\n", encoding="utf-8")
        print(f"written to {RESULTS.relative_to(RESULTS.parents[1])}", file=sys.stderr)


def report(answers, seconds, load_before):
    loads = [number(each) for each in (load_before, machine.load()) if each is not None]
    busy = f" Processes that wanted to run, before and after: {' and '.join(loads)}." if loads else ""
    parts = [
        "# Results of the benchmarks",
        f"Written by `make bench` (`python -m benchmarks {' '.join(sys.argv[1:])}".rstrip()
        + f"`) on {datetime.date.today():%Y-%m-%d}, in {seconds / 60:.0f} min. Do not edit.",
        machine.description(),
        "All peers of a table were measured in one run, in turns. Times are medians, for orientation; ratios (the "
        "median of the ratios within each round) are what counts: above 1× kerasschool is faster." + busy,
        "## Goals",
        goal_table([goal for answer in answers for goal in answer.goals]),
        *answers,
    ]
    text = "\n\n".join(map(str, parts))
    return text.replace(str(ROOT), ".").replace(sys.prefix, "…")  # error messages name paths


if __name__ == "__main__":
    main()
