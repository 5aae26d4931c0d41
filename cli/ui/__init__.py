"""`sentiment ui`: the page, wired to the API, the stream and the files that this command knows how to read."""
