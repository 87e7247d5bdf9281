"""The command line: one file per group of commands; each prints and returns an exit code."""
