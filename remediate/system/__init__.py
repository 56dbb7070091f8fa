"""The adapters to this machine: files, folders, the environment."""
