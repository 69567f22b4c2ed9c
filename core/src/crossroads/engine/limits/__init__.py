"""Who may be called now: breakers, quotas, places and budgets."""
