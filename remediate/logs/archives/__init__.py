"""Opens what a log may be packed in: gzip, zip, zstd, tar, and one in the other, under caps."""

from remediate.logs.archives.limits import Limits
from remediate.logs.archives.opening import LogPart, open_logs

__all__ = ["Limits", "LogPart", "open_logs"]
