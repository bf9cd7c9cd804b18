"""A worker as a process of its own: `python -m search.workers.process RUN DATA STORAGE STALE`."""

from __future__ import annotations

import sys
from pathlib import Path

from search.workers.fakes import Numbers, search_of, worker_of

TRIALS = 6


def main() -> None:
    run, data, storage, stale = sys.argv[1:]
    search = search_of(Numbers(widths=9, epochs=30, pause=0.05), Path(data), trials=TRIALS)
    worker, post, console = worker_of(search, Path(run), storage or None, float(stale))
    with post.stop.listening():
        worker.work()
    print("\n".join(console.lines))


if __name__ == "__main__":
    main()
