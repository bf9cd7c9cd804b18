"""`archdsl`, and `python -m archdsl`."""

import gc
import sys


def run() -> int:
    """Run the command line as a process of its own, and return its exit status."""
    # A run is short and makes hardly any reference cycles, but looking for them takes a tenth of
    # its time. Imports allocate the most, so this must come before them.
    gc.disable()
    try:
        from archdsl.cli.main import main

        return main()
    except KeyboardInterrupt:  # not in `main`, because the imports take most of a short command
        return 130
    finally:
        # Python looks once more when it ends, disabled or not, but not in what is frozen.
        gc.freeze()


if __name__ == "__main__":
    sys.exit(run())
