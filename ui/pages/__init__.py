"""A module for each page: `show(context)` draws it."""
