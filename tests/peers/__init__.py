"""Servers of our own on loopback that answer as a test tells them to."""
