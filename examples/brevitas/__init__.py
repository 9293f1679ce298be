"""A small network trained with Brevitas: see README.md."""
