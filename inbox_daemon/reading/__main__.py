"""The child: limits first, then the cage shut around its job, then read, then one line of JSON.

Promises: one answer on standard output and exit 0, or another exit code and nothing to trust.
Touches: standard input and output, the job's file and folder. Trusts: the job, which is ours.
Limits: what kills it (signal, memory) is told apart by edges/worker.py, not here.
"""

import logging
import os
import sys
from pathlib import Path

from inbox_daemon.reading import cage, limits

CPU_SECONDS = 150
EXIT_MEMORY = 77
EXIT_DISK = 74


def main() -> int:
    """Reads a `wire.Job` from standard input and answers; the exit code.

    The answer is an `Evidence`, or a `Seitenansicht` where a page is asked for.
    """
    bars = cage.enter(CPU_SECONDS)
    # Whatever a library prints must not mix with the answer.
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # Repairs of damaged files are a library's talk; what could not be read is in the Evidence.
    logging.basicConfig(level=logging.CRITICAL)
    # A process of its own imports them only now, under the limits; a nursery has them already.
    from inbox_daemon import wire  # noqa: PLC0415
    from inbox_daemon.reading.read import evidence_of  # noqa: PLC0415
    from inbox_daemon.reading.view import view_of  # noqa: PLC0415

    try:
        with os.fdopen(0, "rb", closefd=False) as order:
            job = wire.decode(wire.Job, order.read())
        bars += cage.close(Path(job.path), folder=Path(job.folder))
        with answer:
            said = view_of(job) if job.form == "page" else evidence_of(job, cage=bars)
            answer.write(wire.encode(said))
    except MemoryError:
        return EXIT_MEMORY
    except OSError as error:
        if error.errno not in limits.NO_ROOM:
            raise
        return EXIT_DISK
    return 0


if __name__ == "__main__":
    sys.exit(main())
