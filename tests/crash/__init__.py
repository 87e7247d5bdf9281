"""Programs that make faults on purpose; each ends by itself and prints its counts."""
