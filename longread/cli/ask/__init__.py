"""`longread ask`: the command, the run behind it, and the prompt of question after question."""
