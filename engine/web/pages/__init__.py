"""Every page: what a person is shown, made from what the API would answer him. Used by `app`."""

from engine.web.pages.site import Pages

__all__ = ["Pages"]
