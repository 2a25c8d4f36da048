"""The root of this package's exceptions."""


class IngestError(Exception):
    """Root of every exception that this package raises on purpose."""


def first_error(failures: BaseExceptionGroup[IngestError]) -> IngestError:
    """The first of several failures of tasks."""
    first = failures.exceptions[0]
    return first_error(first) if isinstance(first, BaseExceptionGroup) else first
