"""The report in a real browser: a headless Chromium whose only way out is a proxy that refuses."""
