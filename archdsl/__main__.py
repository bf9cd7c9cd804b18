"""`archdsl`, and `python -m archdsl`."""

import gc
import sys


def run() -> int:
    """Run the command line as a process of its own; its exit status."""
    # Nothing here makes cycles, and looking for them takes a tenth of the time, so this comes
    # before anything is imported.
    gc.disable()
    from archdsl.cli.main import main

    return main()


if __name__ == "__main__":
    sys.exit(run())
