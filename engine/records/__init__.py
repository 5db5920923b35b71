"""See docs/developer/rooms.md."""
