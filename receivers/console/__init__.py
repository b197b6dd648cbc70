"""The officer's console: an order goes in by hand, through the same door as everyone's."""
