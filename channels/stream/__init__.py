"""The live stream: accepted alerts over SSE and WebSocket, from any point of the journal on, without a gap."""
