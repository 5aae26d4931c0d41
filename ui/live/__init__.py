"""The stream as the page sees it: read once for all viewers, and kept in bounded memory."""
