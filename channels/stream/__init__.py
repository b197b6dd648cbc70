"""The live stream: accepted alerts over SSE and WebSocket, from any point of the journal on, without a gap."""

from channels.stream.channel import SPEC, StreamChannel, StreamContact
from channels.stream.hub import Hub
from channels.stream.routes import routes

__all__ = ["SPEC", "Hub", "StreamChannel", "StreamContact", "routes"]
