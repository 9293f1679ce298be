"""Interpreters: the reference semantics of every operation."""
