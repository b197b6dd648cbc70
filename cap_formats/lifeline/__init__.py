"""Lifelines and transport: what a company reports of its outages, as JSON with a published schema or as CSV."""

from cap_formats.lifeline.decode import MEMBER, decode_lifeline
from cap_formats.lifeline.notice import schema
from cap_formats.lifeline.sheet import decode_sheet, is_sheet

__all__ = ["MEMBER", "decode_lifeline", "decode_sheet", "is_sheet", "schema"]
