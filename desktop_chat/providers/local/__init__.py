"""Model files of this machine, and the process that runs them."""
