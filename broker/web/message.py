"""The body of a request that brings a message: read up to its bound; of a larger one the beginning is handed back."""

from aiohttp import web

from broker.core.limit import REFUSED_HEAD_BYTES, WEB_BODY_MAX


class MessageTooLargeError(Exception):
    """The body has more bytes than are read; ``head`` are the first of them."""

    def __init__(self, head: bytes) -> None:
        super().__init__(f"The message has more than {WEB_BODY_MAX} bytes, and was not taken in; send it in parts.")
        self.head = head


async def read_message(request: web.Request) -> bytes:
    """Read the whole body. Raises MessageTooLargeError."""
    body = bytearray()
    try:
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > WEB_BODY_MAX:
                raise MessageTooLargeError(bytes(body[:REFUSED_HEAD_BYTES]))
        return bytes(body)
    finally:
        body.clear()  # a request that broke holds its error, and that this frame, until the collector comes by
