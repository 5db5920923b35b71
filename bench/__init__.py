"""Figures: one module per row of the table of goals, and a chain built from real sales. `python -m bench` prints all.

`client` and `server` are what every figure over HTTP needs, `chain` builds masters, people and stock through the API,
`rows` gathers the modules that the table is made of. Nothing here is used by the engine.
"""
