"""The plan: actions and limits."""
