"""Start of the `surefoot` command, also as `python -m surefoot`: Ctrl-C is quiet while the command line is imported."""

from __future__ import annotations

import sys

from surefoot.extras import missing


def main() -> None:
    """Run the command line."""
    try:
        from surefoot.service.cli.main import main as command_line

        command_line()
    except KeyboardInterrupt:
        from surefoot.service.cli.exit_codes import INTERRUPTED

        sys.exit(INTERRUPTED)
    except ModuleNotFoundError as error:
        sentence = missing(error)
        if sentence is None:
            raise
        print(f"error: {sentence}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
