"""Joins the engines with the adapters: what a command does, from end to end."""
