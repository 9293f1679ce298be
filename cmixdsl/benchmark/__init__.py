"""Measures layers on simulated cores and compares them with other libraries."""
