"""Touches the world: one file per thing touched. Edges never import each other's tables."""
