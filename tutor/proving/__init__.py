"""How a worked solution is recomputed: its numbers, formulas, annotations and equations, exactly."""
