"""A process that forks a worker for each line it is sent; the worker does what it says until it is killed.

Forking costs milliseconds where starting Python costs seconds, so that fifty kills take no longer than ten did.
Usage: python purge_worker.py HOME TOKEN NOW, then on its input "purge ORDER" or "package CASE".
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import traceback

REASON = "Shooting at 5th and Main, dark sedan seen leaving toward the bridge"


def main() -> None:
    from workbench.custody import steps
    from workbench.service import Service

    home, token, now = sys.argv[1:]
    moment = dt.datetime.fromisoformat(now)
    steps._READS_AT_ONCE = 1  # a step for each day
    warm = Service.open(home, clock=lambda: moment)  # what it imports, the workers need not
    warm.custody.retention  # noqa: B018
    warm.custody.evidence.list(token)
    warm.close()
    print("ready", flush=True)
    for line in sys.stdin:
        worker = os.fork()
        if worker == 0:
            try:
                service = Service.open(home, clock=lambda: moment)
                what, which = line.split()
                if what == "purge":
                    service.custody.retention.run(token, int(which))
                else:
                    service.custody.evidence.package(
                        token, which, purpose="homicide", reason=REASON, capacity=200_000
                    )
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        print(worker, flush=True)
        _, status = os.waitpid(worker, 0)
        print("killed" if os.WIFSIGNALED(status) else os.WEXITSTATUS(status), flush=True)


if __name__ == "__main__":
    main()
