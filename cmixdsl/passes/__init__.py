"""Passes: one lowering step per module."""
