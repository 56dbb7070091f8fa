"""The command: one thin file for each subcommand, loaded only when it is called."""
