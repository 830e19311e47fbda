"""Whether a model's file is whole, told before a process spends its start on it."""

from __future__ import annotations

import gzip
import tarfile
import zlib
from pathlib import Path

_CHUNK = 1 << 20


def why_unreadable(package: Path) -> str | None:
    """Read a model's file to its end and say what is wrong with it; None when nothing is."""
    try:
        with gzip.open(package) as stream:
            # To the end, where the checksum is: an archive that is cut off looks like a short one.
            while stream.read(_CHUNK):
                pass
        with tarfile.open(package, "r:gz") as archive:
            empty = all(not member.isfile() for member in archive)
    except FileNotFoundError:
        return f"{package.name} is not among the models"
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        return f"{package.name} is damaged: {error}"
    except OSError as error:
        return f"{package.name} cannot be read: {error}"
    return f"{package.name} is empty" if empty else None
