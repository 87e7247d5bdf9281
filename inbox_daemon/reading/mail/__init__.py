"""What a mail consists of, before any attachment is opened."""
