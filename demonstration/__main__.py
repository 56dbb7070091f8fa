"""Starts the demonstration."""

from demonstration.stage import play

if __name__ == "__main__":
    play()
