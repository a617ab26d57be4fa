"""How well, how fast, how truthfully: strategies side by side on the same questions."""
