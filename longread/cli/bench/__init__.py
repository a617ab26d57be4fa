"""`longread bench`: its commands, and how a bench is run from the command line."""
