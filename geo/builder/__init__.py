"""Makes the shipped data from official tables and borders. Needs geopandas; nothing at run time imports this."""
