"""An alert whose every text says by itself that it is a drill (DESIGN rule 6), in Japanese and in its language."""

from cap_formats.drill import marked_alert

__all__ = ["marked_alert"]
