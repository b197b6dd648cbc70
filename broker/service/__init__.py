"""The loops: intake, router, deliverer, projector. They act; the core decides."""
