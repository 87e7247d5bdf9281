"""The signature: its block, its ink, stamps, letters without a label."""
