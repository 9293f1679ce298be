"""Targets: printers of the lowest level."""
