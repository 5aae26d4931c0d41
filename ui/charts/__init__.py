"""Charts, by Altair. Each side has a colour that does on light and on dark, and differs in more than its colour."""
