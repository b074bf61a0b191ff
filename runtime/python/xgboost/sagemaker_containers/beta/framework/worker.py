"""What an inference script answers."""
from __future__ import annotations

from typing import Any, Optional


class Response:
    def __init__(self, response: Any = None, accept: Optional[str] = None, status: int = 200, headers: Optional[dict[str, str]] = None, mimetype: Optional[str] = None) -> None:
        self.response = response
        self.mimetype = mimetype or accept
        self.status_code = status
        self.headers = headers or {}
