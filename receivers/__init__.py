"""Ways in. A receiver never sees a channel."""
