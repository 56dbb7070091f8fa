"""A command on this machine: run, diagnosed, healed and run again."""
