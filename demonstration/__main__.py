"""Plays the demonstration; `picture FOLDER` draws the README's pictures instead."""

import os
import sys

try:
    # What it imports takes a while, and Ctrl-C may come by then.
    from demonstration.session import hold

    hold(sys.argv[1:])
except KeyboardInterrupt:
    print("\nbroken off; nothing is left behind", file=sys.stderr)
    sys.exit(130)
except BrokenPipeError:
    # The reader (`| head`) has what it wanted; Python must not complain about the closed pipe at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
