"""Results to text, JSON, Markdown and GeoJSON.  Nothing here decides anything."""
