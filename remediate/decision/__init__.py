"""Decides, on values alone, what is to be done about a diagnosis, and what stands against it."""
