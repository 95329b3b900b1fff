"""Installs what is missing into `.state/`. Downloads nothing when everything is there."""

import hashlib
import os
import shutil
import subprocess
import sys
import time

from lib import processes
from lib.screen import Screen
from lib.settings import REQUIREMENTS, STATE, Failure

DYNOXIDE = "dynoxide-rs@3.2.0"
LOGS = STATE / "install"


def everything(screen: Screen) -> None:
    # The longest part first: Cargo builds while the Python environments are filled.
    building = None if has_dynoxide() else begin_dynoxide()
    redis(screen)
    tools(screen)
    python_environment("localstack", screen)
    python_environment("ministack", screen)
    if building:
        finish_dynoxide(*building, screen)


def tools(screen: Screen) -> None:
    """What installs the other environments and seeds the cloud."""
    python_environment("tools", screen)


def python_environment(name: str, screen: Screen) -> None:
    folder = STATE / name
    lock = REQUIREMENTS / f"{name}.lock"
    wanted = f"{sys.version_info[:2]} {hashlib.sha256(lock.read_bytes()).hexdigest()}"
    installed = folder / "installed"
    # The interpreter is a link; it dangles when the Python that made the environment was removed.
    if (folder / "bin/python").exists() and installed.exists() and installed.read_text() == wanted:
        return
    began = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    log = LOGS / f"{name}.log"
    doing = f"installing {name}"
    try:
        processes.finish(processes.begin([sys.executable, "-m", "venv", str(folder)], log), log, screen, doing)
    except Failure:
        raise Failure("cannot make a Python environment: install Python's venv module (Debian: apt-get install python3-venv)")
    python = str(folder / "bin/python")
    if name == "tools":
        command = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)]
    else:
        command = [str(STATE / "tools/bin/uv"), "pip", "sync", "--quiet", "--require-hashes"]
        command += ["--python", python, str(lock)]
    processes.finish(processes.begin(command, log, environment()), log, screen, doing)
    installed.write_text(wanted)
    screen.line(name, f"installed in {time.monotonic() - began:.0f} s")


def environment() -> dict[str, str]:
    """Lets uv use the package index that pip is configured for."""
    inherited = dict(os.environ)
    if "PIP_INDEX_URL" in inherited:
        inherited.setdefault("UV_DEFAULT_INDEX", inherited["PIP_INDEX_URL"])
    return inherited


def has_dynoxide() -> bool:
    listing = STATE / ".crates.toml"
    name, version = DYNOXIDE.split("@")
    # `dynoxide --version` tells another number than the crate's.
    return (STATE / "bin/dynoxide").exists() and listing.exists() and f"{name} {version} " in listing.read_text()


def begin_dynoxide() -> tuple[subprocess.Popen, float]:
    if not shutil.which("cargo"):
        raise Failure("cargo is missing: install Rust with rustup and run again")
    command = ["cargo", "install", "--locked", DYNOXIDE, "--root", str(STATE), "--debug", "--force"]
    command += ["--no-default-features", "--features", "native-sqlite,http-server,cli"]
    # An unoptimised build takes half the time; these three make the difference when it answers queries.
    for package in ("libsqlite3-sys", "rusqlite", "serde_json"):
        command += ["--config", f"profile.dev.package.{package}.opt-level=1"]
    settings = {
        "CARGO_PROFILE_DEV_OPT_LEVEL": "0",
        "CARGO_PROFILE_DEV_DEBUG": "0",
        "CARGO_PROFILE_DEV_DEBUG_ASSERTIONS": "false",
        "CARGO_PROFILE_DEV_OVERFLOW_CHECKS": "false",
        "CARGO_INCREMENTAL": "0",
        # Kept until it succeeds, so that an interrupted build goes on where it was.
        "CARGO_TARGET_DIR": str(STATE / "build"),
    }
    return processes.begin(command, LOGS / "dynoxide.log", os.environ | settings), time.monotonic()


def finish_dynoxide(task: subprocess.Popen, began: float, screen: Screen) -> None:
    processes.finish(task, LOGS / "dynoxide.log", screen, "building dynoxide (minutes, once)")
    shutil.rmtree(STATE / "build", ignore_errors=True)
    screen.line("dynoxide", f"built in {time.monotonic() - began:.0f} s")


def redis(screen: Screen) -> None:
    if shutil.which("redis-server"):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Failure(
            "redis-server is missing: install Redis 7 (Debian: apt-get install redis-server; macOS: brew install redis)"
        )
    log = LOGS / "redis.log"
    for command in (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", "redis-server"]):
        task = processes.begin(command, log, os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
        processes.finish(task, log, screen, "installing redis")
    screen.line("redis", "installed with apt-get")
