"""inbox-daemon."""
