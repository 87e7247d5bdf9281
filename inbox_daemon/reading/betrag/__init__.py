"""The requested amount: where it stands, typed and written by hand."""
