"""What people and machines may do: the only place that begins a transaction and settles outcomes.

`commands` is the one door of every way in (page, API, bulk, import, batch). Behind it is one module per verb:
`creating`, `changing`, `acting`, `deciding`, `reading`, `listing`, `inbox`, `stock`, `signing`, `batch`, `bulk`,
`importing`, `exporting`, `filing`, `publishing`, `founding`, `timing`, `testclock`, `why`. They share `operation`
(connection, moment, actor, what was loaded), `folder` (the working copy of one record), `eyes` (what expressions may
ask, with `shelf`, `stockview`, `factbook`, `tables`, `trails`), `rights`, `writing`, `taking`, `applying`, and
`settling`, which alone writes. Used by the web through `web.joined`, and by bootstrap.
"""
