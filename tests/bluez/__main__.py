"""Print what becomes of packets on a real Linux Bluetooth stack, beside targets: `make test-bluez`.

`python -m tests.bluez PART …` runs some parts only. Where it cannot be run it says why; in CI that is a failure.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.accuracy.report import Finding, show
from tests.bluez import here, kernel, machine
from tests.bluez.parts import PARTS

LIMIT_S = 1500.0
"""Of one part; time passes in a guest only while it waits, so a busy computer takes longer and finds the same."""


def main(wanted: Sequence[str]) -> int:
    """Exit code: 0 if all targets are met, or elsewhere than in CI if it cannot be run."""
    try:
        here.require_linux()
        here.require_programs(machine.TOOLS)
        image = kernel.ensure_kernel()
        began_s = time.monotonic()
        met = show(findings(machine.Machine(image, image.parent), wanted))
    except here.NotHereError as reason:
        print(f"make test-bluez is skipped: {reason}")
        return 1 if os.environ.get("CI") else 0
    print(f"{len(wanted)} guests took {time.monotonic() - began_s:.0f} s.")
    return 0 if met else 1


def findings(guests: machine.Machine, wanted: Sequence[str]) -> Iterator[Finding]:
    """What the parts found, as many at once as there are processors; one that did not end is a target missed."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = {part: pool.submit(guests.run, part, LIMIT_S) for part in wanted}
        for part in wanted:
            try:
                yield from (Finding(**found) for found in json.loads(answers[part].result()))
            except machine.GuestError as error:
                print(error, file=sys.stderr)
                yield Finding(part, "ends with an answer", "no", "yes", passed=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(PARTS)))
