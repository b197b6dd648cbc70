"""気象庁防災情報XML: one file per family of bodies."""
