"""History to figures, and figures to what people and machines read (pure)."""
