"""Reports: results as text, JSON, Markdown, HTML and GeoJSON. Reports decide nothing."""
