"""Profiles of CAP: what a country or a system asks beyond the standard. One file each, rules as tables."""

from cap_formats.cap.profile.check import PROFILES, check_profiles, conforms

__all__ = ["PROFILES", "check_profiles", "conforms"]
