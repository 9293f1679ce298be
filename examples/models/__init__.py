"""Networks of other tools, imported, checked against those tools and measured."""
