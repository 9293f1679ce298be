"""Reports for people who look: pages and pictures of compiled networks."""
