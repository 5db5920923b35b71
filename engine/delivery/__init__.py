"""What happens by itself: timers that have become due. Work is claimed in the database, so any number of processes may
look at once; each piece is done exactly once. Bootstrap hands in what does it.
"""
