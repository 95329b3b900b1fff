"""The commands of `localstack/cloud`."""

import argparse
import os
import re
import sys
import time

from lib import install, processes
from lib.parts import Part, all_parts
from lib.screen import Screen
from lib.settings import DEFAULT_ENV, ENV_FILE, HOST, RUN, STATE, TOOLS_PYTHON, TOPOLOGY, Failure


def main() -> int:
    arguments = parse()
    screen = Screen()
    processes.catch_interrupts()
    try:
        arguments.run(arguments, screen)
    except Failure as failure:
        screen.heading(f"error: {failure}")
        return 1
    except KeyboardInterrupt:
        screen.heading("interrupted; what this command had started is stopped")
        return 130
    finally:
        processes.end_tasks()
    return 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="localstack/cloud", description="The local cloud that MCP Audit is developed and tested on."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run, text: str) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=text, description=text)
        found.set_defaults(run=run)
        return found

    external = "seed emulators that already run on these ports, such as those of compose.yaml"
    command("start", start, "install what is missing, start everything, seed it").add_argument(
        "--external", action="store_true", help=external
    )
    command("status", status, "tell what runs")
    command("stop", stop, "end what `start` started")
    command("reset", reset, "stop and wipe all data; installed programs stay")
    command("env", env, "print the settings that the services need")
    for name, run, text in (
        ("seed", seed, "make a second set of queues, topic, table and buckets and print its settings"),
        ("unseed", unseed, "delete such a set"),
    ):
        command(name, run, text).add_argument("--env", required=True, type=environment_name, metavar="NAME")
    return parser.parse_args()


def environment_name(text: str) -> str:
    # The longest bucket name must stay within 63 characters.
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", text):
        raise argparse.ArgumentTypeError("use up to 31 of a-z, 0-9 and `-`, a letter first")
    return text


def start(arguments: argparse.Namespace, screen: Screen) -> None:
    parts = all_parts()
    with processes.only_one(screen):
        if arguments.external:
            start_external(parts, screen)
            return
        missing = [part for part in parts if not processes.running_pid(part)]
        if not missing and seeded() and all(part.ready(part.port) for part in parts):
            screen.heading("local cloud already runs")
            show(parts, screen)
            return
        screen.heading("local cloud")
        for part in missing:
            processes.require_free_port(part)
        started: list[Part] = []
        try:
            install.everything(screen)
            starting = {}
            # Read again: the path of a program that was just installed is known only now.
            for part in (part for part in all_parts() if part.name in {gone.name for gone in missing}):
                started.append(part)
                starting[part] = processes.start(part)
            processes.wait_until_ready(starting, screen)
            write_environment(screen)
        except BaseException:
            processes.stop(started)
            raise


def seeded() -> bool:
    """Whether what runs holds what the topology, as it is now, describes."""
    return ENV_FILE.exists() and ENV_FILE.stat().st_mtime >= TOPOLOGY.stat().st_mtime


def start_external(parts: list[Part], screen: Screen) -> None:
    screen.heading("local cloud, started elsewhere")
    for part in parts:
        if not part.ready(part.port):
            raise Failure(f"nothing answers for {part.name} on {HOST}:{part.port}: start it, or set {part.port_variable}")
        screen.line(part.name, f"{HOST}:{part.port}  {part.serves}")
    install.tools(screen)
    write_environment(screen)


def write_environment(screen: Screen) -> None:
    began = time.monotonic()
    # Written beside and renamed, so that the file is there only when the seeding is complete.
    unfinished = STATE / "env.new"
    run_seed(["seed", DEFAULT_ENV], screen, unfinished)
    unfinished.rename(ENV_FILE)
    seconds = time.monotonic() - began
    screen.line("seeded", f"from infra/topology.json in {seconds:.1f} s, settings in {processes.shown(ENV_FILE)}")


def run_seed(arguments: list[str], screen: Screen, output) -> None:
    log = RUN / f"{arguments[0]}-{arguments[1]}.log"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    command = [str(TOOLS_PYTHON), "-m", "lib.seed", *arguments]
    processes.finish(processes.begin(command, log, inherited, output), log, screen, "seeding")


def show(parts: list[Part], screen: Screen) -> None:
    for part in parts:
        pid = processes.running_pid(part)
        ready = part.ready(part.port)
        state = {
            (True, True): f"pid {pid}",
            (True, False): f"pid {pid}, does not answer, see {processes.shown(part.log)}",
            (False, True): "not started by this command",
            (False, False): "stopped",
        }[bool(pid), ready]
        screen.line(part.name, f"{HOST}:{part.port}  {part.serves}  ({state})")
    screen.line("settings", processes.shown(ENV_FILE) if ENV_FILE.exists() else "none: run `localstack/cloud start`")


def status(_arguments: argparse.Namespace, screen: Screen) -> None:
    parts = all_parts()
    show(parts, screen)
    if not all(part.ready(part.port) for part in parts) or not ENV_FILE.exists():
        sys.exit(3)


def stop(_arguments: argparse.Namespace, screen: Screen) -> None:
    with processes.only_one(screen):
        stopped = processes.stop(all_parts())
    screen.heading("stopped " + ", ".join(part.name for part in stopped) if stopped else "nothing was running")


def reset(arguments: argparse.Namespace, screen: Screen) -> None:
    stop(arguments, screen)
    with processes.only_one(screen):
        processes.wipe_data()
    screen.heading("data wiped; installed programs kept")


def env(_arguments: argparse.Namespace, _screen: Screen) -> None:
    print(base_environment(), end="")


def base_environment() -> str:
    if not ENV_FILE.exists():
        raise Failure("the local cloud is not seeded: run `localstack/cloud start`")
    return ENV_FILE.read_text()


def seed(arguments: argparse.Namespace, screen: Screen) -> None:
    base_environment()
    output = RUN / f"env.{os.getpid()}"
    try:
        run_seed(["seed", arguments.env], screen, output)
        print(output.read_text(), end="")
    finally:
        output.unlink(missing_ok=True)


def unseed(arguments: argparse.Namespace, screen: Screen) -> None:
    if arguments.env == DEFAULT_ENV:
        raise Failure(f"`{DEFAULT_ENV}` is what everybody uses: run `localstack/cloud reset` instead")
    base_environment()
    run_seed(["unseed", arguments.env], screen, None)
