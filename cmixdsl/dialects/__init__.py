"""Dialects: types, attributes, operations and their verifiers."""
