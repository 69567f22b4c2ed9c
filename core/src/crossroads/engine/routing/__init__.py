"""Who may serve a call, and in what order."""
