"""Who people are and what they may do, without knowing any form, record or process.

`directory` is the org tree with its people and roles (the workflow's `Finder`); `matrix` what the policy grants (the
only door to casbin). `accounts` and `passwords` let somebody in, `sessions` remember him and make keys, `substitutes`
say who stands in for whom, `security` logs who was let in or refused, `stamps` tell every process what has changed.
`tables` are theirs. Used by operations.
"""
