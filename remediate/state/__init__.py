"""Documents that outlive a process: in a local folder."""
