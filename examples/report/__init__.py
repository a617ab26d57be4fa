"""The typesetter of the example report: content as data, set in pages with PyMuPDF alone."""
