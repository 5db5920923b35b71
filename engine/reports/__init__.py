"""Rows of reports, asked of the database. `asking` is the question, `query` its statement, `table` pages and the whole.

`sources` says where fields of records stand, `stock` where lines of the ledger do. Used by operations.
"""
