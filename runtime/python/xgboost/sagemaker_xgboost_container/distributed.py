"""Training on several instances, by XGBoost's own tracker on the first of them."""
from __future__ import annotations

import json
import logging
import sys
from typing import Any, Callable, Optional

from sagemaker_containers.entry_point import _dns_lookup
from xgboost import collective
from xgboost.tracker import RabitTracker

_FIRST_PORT = 9099
# XGBoost 2.1 gave the tracker another interface.
_IS_NEW = hasattr(RabitTracker, "worker_args")


def wait_hostname_resolution(sm_hosts: list[str]) -> None:
    for host in sm_hosts:
        _dns_lookup(host)


class RabitHelper:
    def __init__(self, is_master: bool, current_host: str, master_port: int, size: int) -> None:
        self.is_master = is_master
        self.current_host = current_host
        self.master_port = master_port
        self._size = size

    def synchronize(self, data: Any) -> list[Any]:
        """What each instance gives, known to all."""
        if self._size == 1:
            return [data]
        own = json.dumps(data)
        return [json.loads(collective.broadcast(own if collective.get_rank() == rank else "", rank)) for rank in range(self._size)]


class Rabit:
    """Within it xgboost.train() trains one model on all hosts."""

    def __init__(self, hosts: list[str], current_host: str, port: Optional[int] = None, max_connect_attempts: Optional[int] = None, **_: Any) -> None:
        self.hosts = sorted(hosts)
        self.current_host = current_host
        self.port = port or _FIRST_PORT
        self.attempts = max_connect_attempts or 15
        self.is_master_host = current_host == self.hosts[0]
        self._tracker: Any = None

    def start(self) -> RabitHelper:
        size = len(self.hosts)
        if size > 1:
            address = _dns_lookup(self.hosts[0])
            if self.is_master_host:
                self._tracker = RabitTracker(host_ip=address, n_workers=size, port=self.port, sortby="task")
                self._tracker.start(*([] if _IS_NEW else [size]))
            place = {"DMLC_TRACKER_URI": address, "DMLC_TRACKER_PORT": self.port, "DMLC_TASK_ID": str(self.hosts.index(self.current_host)), "DMLC_WORKER_CONNECT_RETRY": self.attempts}
            collective.init(**({name.lower(): value for name, value in place.items()} if _IS_NEW else place))
        return RabitHelper(self.is_master_host, self.current_host, self.port, size)

    def stop(self) -> None:
        if len(self.hosts) == 1:
            return
        collective.finalize()
        if self._tracker is not None:
            if _IS_NEW:
                self._tracker.wait_for()
            else:
                self._tracker.join()
            self._tracker = None

    def __enter__(self) -> RabitHelper:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def rabit_run(
    exec_fun: Callable[..., Any],
    args: dict[str, Any],
    include_in_training: bool,
    hosts: list[str],
    current_host: str,
    first_port: Optional[int] = None,
    second_port: Optional[int] = None,
    max_connect_attempts: Optional[int] = None,
    connect_retry_timeout: int = 3,
    update_rabit_args: bool = False,
) -> None:
    """Runs exec_fun on the hosts that have data, joined; the others end. First all of them meet to learn which these are."""
    first = first_port or _FIRST_PORT
    with Rabit(hosts, current_host, first, max_connect_attempts) as everybody:
        told = everybody.synchronize({"host": current_host, "include_in_training": include_in_training})
    taking = [one["host"] for one in told if one["include_in_training"]]
    if not include_in_training:
        logging.warning("Host %s not being used for distributed training.", current_host)
        sys.exit(0)
    if not taking:
        raise RuntimeError("No hosts received training data.")
    with Rabit(taking, current_host, second_port or first + 1, max_connect_attempts) as cluster:
        exec_fun(**({**args, "is_master": cluster.is_master} if update_rabit_args else args))
