"""Bytes to lines: every log format, archives, redaction. Pure: takes streams, opens no path."""
