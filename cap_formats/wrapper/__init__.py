"""Documents that carry alerts inside themselves: feeds (Atom, RSS) and envelopes (EDXL-DE)."""
