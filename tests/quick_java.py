"""Java as runs this short want it."""

from __future__ import annotations

# They end before the optimising compiler's work pays. Without it Java keeps too little room for code.
QUICK = {"JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m"}
