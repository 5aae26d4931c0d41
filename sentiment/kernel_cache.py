"""Where numba keeps compiled kernels in an image, whose root file system may be read-only.

Numba passes over a cache that it can't write to, and would compile anew at each start. In the image,
NUMBA_CACHE_LOCATOR_CLASSES names this class, and NUMBA_CACHE_DIR the folder.
"""

from __future__ import annotations

from contextlib import suppress

from numba.core.caching import UserProvidedCacheLocator


class ReadableCacheLocator(UserProvidedCacheLocator):
    """Numba's own, content with a folder that can only be read."""

    def ensure_cache_path(self) -> None:
        with suppress(OSError):
            super().ensure_cache_path()  # type: ignore[no-untyped-call]
