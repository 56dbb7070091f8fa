"""Lets `python -m remediate` do what the command does."""

from remediate.cli.main import main

if __name__ == "__main__":
    main()
