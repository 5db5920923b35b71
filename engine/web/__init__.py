"""The doors: HTTP and pages. Nothing is decided here; what is asked is read strictly, and what is answered is spelled.

`app` joins everything. A request meets `guard` (hosts, methods, paths, headers on every answer), then `api` or `pages`.
`asking` and `reading` read it, `uploads` its files, `identity` knows who asks, `limits` how often, `routes` which paths
exist; `doors` is what the operations must offer; `answers` and `sending` spell what goes back; `reference` and
`rendering` make the API's page. `threads` runs the operations, `metering` counts, `serving` and `connections` are the
server process. Used by bootstrap and the command line.
"""
