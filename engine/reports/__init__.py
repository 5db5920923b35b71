"""Rows of reports, asked of the database: `table` is the query, `sources` says where its fields stand.

Used by operations.
"""
