"""Where things are: folders, ports, fixed names."""

import json
import os
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
STATE = HOME / ".state"
RUN = STATE / "run"
ENV_FILE = STATE / "env"
TOPOLOGY = HOME.parent / "infra" / "topology.json"
REQUIREMENTS = HOME / "requirements"
TOOLS_PYTHON = STATE / "tools" / "bin" / "python"

HOST = "127.0.0.1"
REGION = "us-east-1"
ACCOUNT = "000000000000"
DEFAULT_ENV = "local"

# Part: the variable that moves its port, and the port.
PORTS = {
    "localstack": ("MCP_AUDIT_LOCALSTACK_PORT", 4566),
    "dynoxide": ("MCP_AUDIT_DYNAMODB_PORT", 4569),
    "ministack": ("MCP_AUDIT_MINISTACK_PORT", 4567),
    "redis": ("MCP_AUDIT_REDIS_PORT", 6379),
}

# One person who can sign in. The password is public on purpose: it opens nothing but this machine's emulator.
DEMO_EMAIL = "demo@mcp-audit.example"
DEMO_PASSWORD = "Local-demo-password-1"
DEMO_ORGANIZATION = "org-demo"
DEMO_ROLE = "owner"


class Failure(Exception):
    """What went wrong and what to do about it, in one line."""


def port(part: str, variable: str, default: int) -> int:
    """The variable moves a taken port; a part that runs keeps the port it was started on, whichever shell asks."""
    text = os.environ.get(variable)
    if text is None:
        record = RUN / part / "process.json"
        return json.loads(record.read_text())["port"] if record.exists() else default
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Failure(f"{variable} must be a port number, not `{text}`")
    return int(text)


def ports() -> dict[str, int]:
    return {part: port(part, variable, default) for part, (variable, default) in PORTS.items()}


def url(part: str) -> str:
    return f"http://{HOST}:{ports()[part]}"
