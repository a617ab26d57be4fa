"""Models: what there is, what fits this machine, where it lies, and how it gets here."""
