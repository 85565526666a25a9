"""The exceptions and warnings of metadx; everything a user can cause is a `MetadxError`."""


class MetadxError(Exception):
    """Base of all errors that metadx raises on purpose; the message says what to do."""


class ArgumentError(MetadxError, ValueError):
    """An argument of a public function is of the wrong kind or out of bounds."""


class DataError(MetadxError):
    """The data or the review that describes them cannot be used as they stand."""


class CardError(MetadxError):
    """A model card is unreadable, breaks the schema or states an impossible model."""


class DesignError(MetadxError):
    """The design of a simulation study is unreadable, breaks the schema or cannot be meant."""


class FitError(MetadxError):
    """No engine could give an answer that may be reported."""


class ConvergenceWarning(UserWarning):
    """A fit was returned although one of its checks failed."""
