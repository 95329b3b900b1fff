"""Starts programs, finds them again in a later run, and ends exactly those."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from lib.parts import Part
from lib.screen import Screen
from lib.settings import ENV_FILE, HOME, HOST, RUN, STATE, Failure

READY_DEADLINE_SECONDS = 90
STOP_DEADLINE_SECONDS = 10
POLL_SECONDS = 0.1

_interrupted = False
_tasks: set[subprocess.Popen] = set()


def catch_interrupts() -> None:
    """Turns Ctrl-C, SIGTERM and a closed terminal into an exception at the next poll.

    So it never comes between starting a program and recording it.
    """

    def remember(_signal: int, _frame: object) -> None:
        global _interrupted
        _interrupted = True

    signal.signal(signal.SIGINT, remember)
    signal.signal(signal.SIGTERM, remember)
    # Under nohup a closed terminal means nothing.
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, remember)


def pause() -> None:
    time.sleep(POLL_SECONDS)
    if _interrupted:
        raise KeyboardInterrupt


@contextlib.contextmanager
def only_one(screen: Screen) -> Iterator[None]:
    """Lets one `start`, `stop` or `reset` work at a time."""
    STATE.mkdir(exist_ok=True)
    with open(STATE / "lock", "w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                screen.waiting("waiting for another localstack/cloud")
                pause()
        yield


# Tasks: programs that end by themselves, such as an installer.


def begin(
    command: list[str], log: Path, environment: dict[str, str] | None = None, output: Path | None = None
) -> subprocess.Popen:
    """Starts a task in its own process group; `finish` waits for it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w") as log_file, open(output or os.devnull, "w") as output_file:
        task = subprocess.Popen(
            command,
            cwd=HOME,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output_file if output else log_file,
            stderr=log_file,
            start_new_session=True,
        )
    _tasks.add(task)
    return task


def finish(task: subprocess.Popen, log: Path, screen: Screen, doing: str) -> None:
    while task.poll() is None:
        screen.waiting(doing)
        pause()
    _tasks.discard(task)
    if task.returncode != 0:
        show_end_of(log, screen)
        raise Failure(f"{doing} failed, see {shown(log)}")


def end_tasks() -> None:
    for task in _tasks:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(task.pid, signal.SIGKILL)
        task.wait()
    _tasks.clear()


# Parts: programs that go on running.


def start(part: Part) -> subprocess.Popen:
    if temporary := part.environment.get("TMPDIR"):
        Path(temporary).mkdir(parents=True, exist_ok=True)
    part.folder.mkdir(parents=True, exist_ok=True)
    with open(part.log, "w") as log:
        process = subprocess.Popen(
            part.command,
            cwd=part.folder,
            env=part.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    # Renamed into place, so that nobody reads half a record.
    unfinished = _record(part).with_suffix(".new")
    unfinished.write_text(json.dumps({"pid": process.pid, "born": _born(process.pid), "port": part.port}))
    unfinished.rename(_record(part))
    return process


def wait_until_ready(starting: dict[Part, subprocess.Popen], screen: Screen) -> None:
    began = time.monotonic()
    left = dict(starting)
    while left:
        for part, process in list(left.items()):
            if process.poll() is not None:
                show_end_of(part.log, screen)
                raise Failure(f"{part.name} ended while starting, see {shown(part.log)}")
            if part.ready(part.port):
                screen.line(part.name, f"{HOST}:{part.port}  {part.serves}")
                del left[part]
        names = ", ".join(part.name for part in left)
        if time.monotonic() - began > READY_DEADLINE_SECONDS:
            raise Failure(f"{names} did not answer within {READY_DEADLINE_SECONDS} s, see {shown(RUN)}/*/log")
        if left:
            screen.waiting(f"waiting for {names}")
            pause()


def running_pid(part: Part) -> int | None:
    """The process that an earlier `start` left running."""
    record = _living_record(part)
    if record is None:
        return None
    if record["port"] != part.port:
        difference = f"{part.name} runs on port {record['port']}, not {part.port}"
        raise Failure(f"{difference}: unset {part.port_variable}, or run `localstack/cloud stop` first")
    return record["pid"]


def stop(parts: list[Part]) -> list[Part]:
    """Ends the parts that run, with their children, and returns them."""
    pids = {}
    for part in parts:
        record = _living_record(part)
        if record:
            pids[part] = record["pid"]
            _signal_group(record["pid"], signal.SIGTERM)
    deadline = time.monotonic() + STOP_DEADLINE_SECONDS
    while any(_group_lives(pid) for pid in pids.values()) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    for pid in pids.values():
        _signal_group(pid, signal.SIGKILL)
    for part in parts:
        _record(part).unlink(missing_ok=True)
    ENV_FILE.unlink(missing_ok=True)
    return list(pids)


def require_free_port(part: Part) -> None:
    with socket.socket() as probe:
        # As the programs themselves do; otherwise a port they left a moment ago counts as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, part.port))
            return
        except OSError:
            pass
    owner = f"a {part.name} that `localstack/cloud` did not start" if part.ready(part.port) else "another program"
    raise Failure(f"port {part.port} is taken by {owner}: stop it, or set {part.port_variable} to a free port")


def show_end_of(log: Path, screen: Screen) -> None:
    for line in log.read_text(errors="replace").splitlines()[-8:]:
        screen.heading(f"    {line}")


def shown(path: Path) -> str:
    return str(path.relative_to(HOME.parent))


def _record(part: Part) -> Path:
    return part.folder / "process.json"


def _living_record(part: Part) -> dict | None:
    """What `start` noted, if that very process still lives: a reused process id has another birth."""
    try:
        record = json.loads(_record(part).read_text())
    except FileNotFoundError:
        return None
    return record if record["born"] is not None and _born(record["pid"]) == record["born"] else None


def _born(pid: int) -> str | None:
    """When a process began, or None when it is gone or only waits to be reaped."""
    if Path("/proc/self/stat").exists():
        try:
            # The name, in brackets, may hold spaces; state and start time follow it.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] == "Z" else fields[19]
    listing = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], check=False, capture_output=True, text=True)
    state, _, born = listing.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else born.strip()


def _group_lives(group: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(group, os.WNOHANG)
    try:
        os.killpg(group, 0)
        return True
    except (ProcessLookupError, PermissionError):
        return False


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def wipe_data() -> None:
    shutil.rmtree(RUN, ignore_errors=True)
