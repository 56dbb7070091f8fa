"""The six stages and `heal`, one thin file for each command."""
