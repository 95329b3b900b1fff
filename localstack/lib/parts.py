"""The four programs of the local cloud: how each is started and how it says that it is ready."""

import os
import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lib.settings import HOME, HOST, PORTS, RUN, STATE, ports


@dataclass(frozen=True, eq=False)
class Part:
    name: str
    serves: str
    port: int
    command: list[str]
    environment: dict[str, str]
    ready: Callable[[int], bool]

    @property
    def port_variable(self) -> str:
        return PORTS[self.name][0]

    @property
    def folder(self) -> Path:
        """Working folder, with the process record and the log; wiped by `reset`."""
        return RUN / self.name

    @property
    def log(self) -> Path:
        return self.folder / "log"


def answers(path: str) -> Callable[[int], bool]:
    def ready(port: int) -> bool:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}{path}", timeout=2):
                return True
        except urllib.error.HTTPError as error:
            # DynamoDB Local, which may stand in for dynoxide, says 400 to a plain request.
            return error.code == 400
        except OSError:
            return False

    return ready


def redis_answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=2) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False


def all_parts() -> list[Part]:
    port = ports()
    # A shell that has sourced `.state/env` must not point the emulators at themselves, so nothing else is inherited.
    base = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}

    def temporary(part: str) -> dict[str, str]:
        return {"TMPDIR": str(RUN / part / "tmp")}

    return [
        Part(
            name="localstack",
            serves="SQS, SNS, S3, KMS, CloudWatch, Secrets Manager, STS",
            port=port["localstack"],
            command=[str(STATE / "localstack/bin/python"), str(HOME / "lib/localstack_on_loopback.py")],
            environment=base
            | temporary("localstack")
            | {
                "GATEWAY_LISTEN": f"{HOST}:{port['localstack']}",
                # Queue URLs carry this host; the default one needs a public name server.
                "LOCALSTACK_HOST": f"{HOST}:{port['localstack']}",
                "SQS_ENDPOINT_STRATEGY": "off",
                "SERVICES": "sqs,sns,s3,kms,cloudwatch,secretsmanager,sts",
                "STRICT_SERVICE_LOADING": "1",
                "EAGER_SERVICE_LOADING": "1",
                "FILESYSTEM_ROOT": str(RUN / "localstack/files"),
                # So that a presigned URL opens only what it was signed for.
                "S3_SKIP_SIGNATURE_VALIDATION": "0",
                "SKIP_SSL_CERT_DOWNLOAD": "1",
                "DISABLE_EVENTS": "1",
                "DNS_ADDRESS": "0",
            },
            ready=answers("/_localstack/health"),
        ),
        Part(
            name="dynoxide",
            serves="DynamoDB",
            port=port["dynoxide"],
            command=[str(STATE / "bin/dynoxide"), "serve", "--host", HOST, "--port", str(port["dynoxide"])],
            environment=base,
            ready=answers("/"),
        ),
        Part(
            name="ministack",
            serves="SES, Cognito, Lambda (with its own SQS)",
            port=port["ministack"],
            command=[str(STATE / "ministack/bin/python"), "-m", "ministack"],
            environment=base
            | temporary("ministack")
            | {
                "BIND_HOST": HOST,
                "MINISTACK_HOST": HOST,
                "GATEWAY_PORT": str(port["ministack"]),
                "STATE_DIR": str(RUN / "ministack/state"),
                "SERVICES": "ses,cognito-idp,lambda,sqs,iam,sts,logs",
                "IOT_MTLS_ENABLED": "0",
            },
            ready=answers("/_ministack/health"),
        ),
        Part(
            name="redis",
            serves="progress, tickets, limits",
            port=port["redis"],
            command=[
                shutil.which("redis-server") or "redis-server",
                *("--bind", HOST, "--port", str(port["redis"])),
                *("--save", "", "--appendonly", "no"),
            ],
            environment=base,
            ready=redis_answers,
        ),
    ]
