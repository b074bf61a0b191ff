"""Waiting for the job's other instances."""
from __future__ import annotations

import socket
import time

from sagemaker_containers.env import training_env

_SECONDS = 15 * 60


def _dns_lookup(host: str) -> str:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            return socket.gethostbyname(host)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _wait_hostname_resolution() -> None:
    for host in training_env().get("hosts", []):
        _dns_lookup(host)
