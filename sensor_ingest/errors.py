"""The root of this package's exceptions."""


class IngestError(Exception):
    """Root of every exception that this package raises on purpose."""
