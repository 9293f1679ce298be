"""Schedules of layers: the table of defaults, solvers that pack numbers into words, candidates."""
