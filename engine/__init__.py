"""Chainstock's engine: it interprets definitions and knows no process. Rooms and floors: `docs/developer/rooms.md`."""
