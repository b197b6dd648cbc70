"""A town in a drill: far ends that answer, and the heavy rain of July 2018 in 倉敷市 told again in a minute."""
