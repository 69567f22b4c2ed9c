"""How it runs: the inside ring, free to change. Nobody outside the core imports it (law 2; a lint rule says so)."""
