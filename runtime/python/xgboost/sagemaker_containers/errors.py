"""The errors that scripts raise and catch."""


class ClientError(Exception):
    """The caller's mistake."""


class UnsupportedFormatError(Exception):
    def __init__(self, content_type: str) -> None:
        super().__init__(f"Content type {content_type} is not supported by this framework.")
        self.content_type = content_type
