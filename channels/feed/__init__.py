"""The polled feeds: Atom of the alerts with their CAP documents, GeoJSON of what holds now."""
