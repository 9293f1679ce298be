"""The types and operations of the `lanes` dialect."""
