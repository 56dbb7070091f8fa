"""The nouns of the house: frozen values without any input or output."""
