"""What happens by itself: timers that have become due, and what is told outside. Bootstrap hands in what does it.

Work is claimed in the database, so any number of processes may look at once: a timer fires exactly once, a message is
sent at least once. Timers: `watching`. Messages: `sending` (the outbox), by `posting` with `robots` and `standard`
(webhooks) and by `mailing` (SMTP); `failing` is what they come to when they do not arrive.
"""
