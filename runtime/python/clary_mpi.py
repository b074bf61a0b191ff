"""Lets one instance of a training job start the others' part of an MPI program, where SageMaker has an SSH daemon. Runs inside the job's sandbox.

lead <hosts> -- <command>   waits until every host follows, runs the command (mpirun), tells them when it has ended, ends as it did
follow                      does what the leader says, until it has ended
reach <host> <command …>    what mpirun calls in place of ssh

Who knows the job's secret may run programs in it: it comes in CLARY_MPI_SECRET and must never be printed. Answers to nobody else.
"""
from __future__ import annotations

import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import time

PORT = int(os.environ.get("CLARY_MPI_PORT", "0"))
SECRET = os.environ.get("CLARY_MPI_SECRET", "")
PATIENCE_SECONDS = 3600


def say(host: str, words: dict[str, object]) -> socket.socket:
    way = socket.create_connection((host, PORT), timeout=30)
    way.settimeout(None)
    way.sendall(json.dumps({**words, "secret": SECRET}).encode() + b"\n")
    return way


def reach(host: str, *command: str) -> int:
    """Copies what the command prints and ends with its status, as ssh does."""
    with say(host, {"run": " ".join(command)}) as way, way.makefile("rb") as answers:
        for line in answers:
            answer = json.loads(line)
            if "status" in answer:
                return int(answer["status"])
            sys.stdout.write(answer["said"])
            sys.stdout.flush()
    return 255


def until_follows(host: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            say(host, {}).close()
            return
        except OSError as error:
            if time.monotonic() > end:
                raise SystemExit(f"{host} does not answer: {error}") from error
            time.sleep(0.1)


def lead(others: list[str], command: list[str]) -> int:
    for host in others:
        until_follows(host)
    child = subprocess.Popen(command)
    signal.signal(signal.SIGTERM, lambda *_: child.send_signal(signal.SIGTERM))
    status = child.wait()
    for host in others:
        try:
            say(host, {"ended": status}).close()
        except OSError:
            pass  # It fell: the platform ends the job.
    return status if status >= 0 else 128 - status


def serve(way: socket.socket) -> None:
    with way, way.makefile("rb") as questions:
        asked = json.loads(questions.readline() or b"{}")
        if not SECRET or not hmac.compare_digest(str(asked.get("secret", "")), SECRET):
            return
        if "ended" in asked:
            # How the leader ended is the job's end: a second reason would hide the first.
            os._exit(0)
        if "run" not in asked:
            return
        run = subprocess.Popen(
            ["/bin/sh", "-c", asked["run"]], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        try:
            for line in run.stdout or ():
                way.sendall(json.dumps({"said": line}).encode() + b"\n")
            way.sendall(json.dumps({"status": run.wait()}).encode() + b"\n")
        except OSError:
            pass  # mpirun lets go of its way when the daemon stands.


def follow() -> int:
    import threading

    with socket.create_server((socket.gethostname(), PORT)) as door:
        while True:
            threading.Thread(target=serve, args=(door.accept()[0],), daemon=True).start()


if __name__ == "__main__":
    word, *rest = sys.argv[1:]
    if word == "follow":
        sys.exit(follow())
    if word == "reach":
        sys.exit(reach(*rest))
    sys.exit(lead([host for host in rest[0].split(",") if host], rest[2:]))
