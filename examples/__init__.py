"""Examples, each a package that runs by `python -m examples.NAME` from the repository's root."""
