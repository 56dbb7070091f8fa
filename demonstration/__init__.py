"""What scripts/demo shows: recorded failures, diagnosed by the installed command."""
