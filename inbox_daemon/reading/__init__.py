"""Runs only in the caged child process: bytes in, one Evidence out. Imported by nobody else."""
