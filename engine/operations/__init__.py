"""What people and machines may do: the only place that begins a transaction and settles outcomes.

`commands` is the one door of every way in (page, API, bulk, import, batch). Behind it one module per verb: `creating`,
`changing`, `acting`, `deciding`, `reading`, `listing`, `inbox`, `stock`, `batch`, `importing`, `publishing`, `people`,
`founding`. They share `operation` (one operation: connection, moment, eyes, what was loaded, what is proposed), `folder`
(the working copy of one record), `eyes` (what expressions may ask), `rights`, `writing`, `taking`, `applying`, `settling`.
"""
