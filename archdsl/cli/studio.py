"""`archdsl studio`: one page on this machine, with a spec and all that follows from it."""

from __future__ import annotations

import argparse
import sys

from archdsl.cli import options
from archdsl.program.published import locate

_STUDIO = """\
Serves one page, and prints its address: the spec in an editor, its picture and
its costs beside it, as you type. Nothing is written unless you ask for it, and no
request leaves this machine. The address has a token, without which nobody else on
this machine gets an answer. Ctrl-C ends it.

examples:
  archdsl studio my_x3d_s.arch             print the address
  archdsl studio my_x3d_s.arch --open      ... and open it in your browser
  archdsl studio x3d_s                     a published network, to be tried out
"""


def add_studio(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "edit a spec in a page, with its picture and costs beside it"
    parser = options.command(commands, "studio", summary, _STUDIO)
    parser.add_argument("spec", metavar="SPEC", help=options.SPEC)
    parser.add_argument("--port", metavar="N", type=_port, default=0, help="default: a free port")
    parser.add_argument("--open", action="store_true", help="open the page in your browser")
    parser.set_defaults(run=_studio)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:9]) < 65_536):
        raise argparse.ArgumentTypeError(f"must be a port from 1 to 65535, but this is {text!r}")
    return int(text)


def _studio(arguments: argparse.Namespace) -> int:
    from archdsl.studio.desk import Desk
    from archdsl.studio.disk import Disk
    from archdsl.studio.server import Server

    disk = Disk(locate(arguments.spec))
    disk.read()  # a file that cannot be read is a mistake of the command line
    desk = Desk(disk)
    with Server(desk, arguments.port) as server:
        print(server.gate.address, flush=True)
        print(f"the studio of {disk.shown}: ctrl-C ends it", file=sys.stderr)
        if arguments.open:
            import webbrowser  # loads much, and few ask for it

            webbrowser.open(server.gate.address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
        finally:
            desk.aside.stop()
    return 0
