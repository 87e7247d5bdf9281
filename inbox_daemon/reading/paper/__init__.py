"""From a file to straight pages with their quality, and what the file tells of its making."""
