"""From the lines of a log and the rules to a diagnosis, without touching the world."""
