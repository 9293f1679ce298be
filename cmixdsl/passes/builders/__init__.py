"""What several passes build: words, loops, blocks, tables."""
