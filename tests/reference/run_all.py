"""Hold both engines against every long run of Stan and record the outcome.

    uv run python tests/reference/run_all.py [--engine marginal|nuts] [--workers 2]

Takes about half an hour of one core. Writes record.json; exit status 1 where a fit fails. The
corpus group needs METADX_CORPUS; where it is not set, or where one engine alone is run, the entries
that were not made anew are kept from the record, and the output says so.
"""

import argparse
import multiprocessing
import sys
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from metadx.errors import ConvergenceWarning
from tests.reference.corpus import LEFT_OUT, corpus_folder
from tests.reference.grid import Job, jobs, refit
from tests.reference.pinned import find
from tests.reference.record import RECORD_FILE, Entry, entry_of, read_record, write_record


def make(job: Job) -> Entry:
    """Make one fit and compare it."""
    run = find(job.dataset, job.card)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the entry says which check failed
        return entry_of(job, refit(run, job.engine, seed=job.seed), run)


def chosen(engine: str | None) -> list[Job]:
    """Return the fits to be made here and now."""
    wanted = [job for job in jobs() if engine in {None, job.engine}]
    if corpus_folder() is None:
        say(LEFT_OUT)
        wanted = [job for job in wanted if job.group != "corpus"]
    return wanted


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for, print a line for each fit and write the record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["marginal", "nuts"])
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments)
    wanted = chosen(options.engine)
    made: dict[Job, Entry] = {}
    spawn = multiprocessing.get_context("spawn")  # threads of the sampler do not survive a fork
    with ProcessPoolExecutor(options.workers, mp_context=spawn) as pool:
        for future in as_completed([pool.submit(make, job) for job in wanted]):
            entry = future.result()
            made[entry.job] = entry
            say(f"{len(made):3}/{len(wanted)} {entry.line()}")
    known = set(jobs()) - made.keys()
    kept = [e for e in read_record() if e.job in known] if RECORD_FILE.is_file() else []
    if known:
        say(f"{len(known)} fits were not made anew; {len(kept)} of them are kept from the record")
    write_record([*made.values(), *kept])
    failed = [entry for entry in made.values() if not entry.passed]
    say(f"{len(made)} fits, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
