"""Runs a Lambda function of a python3.x runtime: AWS's own loop (awslambdaric), which speaks to the platform over a Unix socket.

awslambdaric's compiled client speaks TCP alone. It is replaced by the few lines below, because a port would be open to every other function.
"""
import os
import socket
import sys


class _Connection:
    """HTTP/1.1 with one server whose answers always have a length."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(path)
        self._file = self._socket.makefile("rb", 65536)

    def request(self, method, path, body=b"", headers=()):
        head = [f"{method} {path} HTTP/1.1", "Host: runtime", f"Content-Length: {len(body)}"]
        head += [f"{name}: {value}" for name, value in headers]
        self._socket.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
        return self._answer()

    def _answer(self):
        line = self._file.readline()
        if not line:
            # The platform has stopped: so does the function.
            os._exit(0)
        status = int(line.split()[1])
        headers = {}
        while (line := self._file.readline().rstrip(b"\r\n")):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        return status, headers, self._file.read(int(headers.get("content-length", "0")))


class _Headers(dict):
    def get(self, name, default=None):
        return super().get(name.lower(), default)


class _RuntimeClient:
    """What awslambdaric calls `runtime_client`."""

    _prefix = "/2018-06-01/runtime"

    def initialize_client(self, user_agent):
        self._connection = _Connection(os.environ["AWS_LAMBDA_RUNTIME_API"].removeprefix("unix:"))

    def call(self, method, path, body=b"", headers=()):
        return self._connection.request(method, path, body, headers)

    def next(self):
        _, headers, body = self.call("GET", self._prefix + "/invocation/next")
        return body, _Headers(headers)

    def post_invocation_result(self, invoke_id, body, content_type, invocation_id=None):
        path = f"{self._prefix}/invocation/{invoke_id}/response"
        status, _, answer = self.call("POST", path, body, [("Content-Type", content_type)])
        if status == 413:
            raise RuntimeError("Failed to post invocation response")

    def post_error(self, invoke_id, error, xray_fault, invocation_id=None):
        path = f"{self._prefix}/invocation/{invoke_id}/error"
        self.call("POST", path, error.encode(), [("Content-Type", "application/json")])


def _main():
    task_root = os.environ["LAMBDA_TASK_ROOT"]
    layers = os.environ.get("CLARY_LAYERS_ROOT", "/opt")
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    # The order of AWS: the function, its layers, then what the runtime brings.
    sys.path[0:1] = [
        task_root,
        f"{layers}/python/lib/{os.environ.get('CLARY_PYTHON', version)}/site-packages",
        f"{layers}/python",
    ]
    client = _RuntimeClient()
    sys.modules["runtime_client"] = client
    from awslambdaric import bootstrap
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient
    from awslambdaric.lambda_runtime_marshaller import to_json

    class Client(LambdaRuntimeClient):
        def call_rapid(self, http_method, endpoint, expected_http_code, payload=None, headers=None):
            body = b"" if payload is None else to_json(payload).encode()
            client.call(http_method, endpoint, body, list((headers or {}).items()))

    # What a module prints while it is imported must not wait in a buffer.
    os.chdir(task_root)
    bootstrap.run(os.environ["_HANDLER"], Client(os.environ["AWS_LAMBDA_RUNTIME_API"]))


_main()
