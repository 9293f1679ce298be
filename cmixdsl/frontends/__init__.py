"""Importers: from files of other tools to modules at level 1."""
