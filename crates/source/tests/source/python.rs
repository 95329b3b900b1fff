//! Servers in Python.

use super::{judged, python};

/// Imports, parameters, body, and what it raises.
type Case = (&'static str, &'static str, &'static str, &'static [&'static str]);

#[track_caller]
fn raises(cases: &[Case]) {
    for (imports, parameters, body, expected) in cases {
        assert_eq!(judged("server.py", &python(imports, parameters, body)), *expected, "{parameters}: {body}");
    }
}

#[test]
fn a_shell_is_found_behind_every_way_of_building_a_command() {
    let shell = "import subprocess, os, asyncio, shlex";
    raises(&[
        (shell, "host: str", "subprocess.run(f\"ping {host}\", shell=True)", &["001 high host"]),
        (shell, "host: str", "return os.popen(\"ping \" + host).read()", &["001 high host"]),
        (shell, "host: str", "line = \"ping %s\" % host\nos.system(line.strip())", &["001 high host"]),
        (shell, "host: str", "os.system(\"ping {}\".format(host))", &["001 high host"]),
        (shell, "hosts: list[str]", "os.system(\"ping \" + \" \".join(hosts))", &["001 high hosts"]),
        (shell, "hosts: list[str]", "for one in hosts:\n    os.system(f\"ping {one}\")", &["001 high hosts"]),
        (shell, "host: str", "await asyncio.create_subprocess_shell(f\"ping {host}\")", &["001 high host"]),
        (
            shell,
            "host: str",
            "await asyncio.to_thread(subprocess.run, f\"ping {host}\", shell=True)",
            &["001 high host"],
        ),
        (shell, "host: str", "subprocess.run([\"bash\", \"-c\", f\"ping {host}\"])", &["001 high host"]),
        (
            "from subprocess import check_output as ask",
            "host: str",
            "ask(f\"ping {host}\", shell=True)",
            &["001 high host"],
        ),
        (shell, "command: str", "return subprocess.run(command, shell=True, text=True)", &["001 medium command"]),
    ]);
    raises(&[
        (shell, "host: str", "subprocess.run([\"ping\", host])", &[]),
        (shell, "host: str", "subprocess.run(f\"ping {shlex.quote(host)}\", shell=True)", &[]),
        (shell, "count: int", "os.system(f\"ping -c {count} localhost\")", &[]),
        (shell, "count: str", "os.system(f\"ping -c {int(count)} localhost\")", &[]),
        (shell, "mode: Literal[\"a\", \"b\"]", "os.system(f\"run {mode}\")", &[]),
        (shell, "host: str", "os.system(\"uptime\")\nreturn host", &[]),
    ]);
}

#[test]
fn a_check_before_the_use_ends_it() {
    let shell = "import os, re, ipaddress\nHOSTS = {\"a\", \"b\"}";
    raises(&[
        (shell, "host: str", "if host not in HOSTS:\n    raise ValueError(host)\nos.system(f\"ping {host}\")", &[]),
        (
            shell,
            "host: str",
            "if not re.fullmatch(r\"[a-z]+\", host):\n    return \"no\"\nos.system(f\"ping {host}\")",
            &[],
        ),
        (shell, "host: str", "if host in HOSTS:\n    os.system(f\"ping {host}\")", &[]),
        (shell, "host: str", "assert host.isalnum()\nos.system(f\"ping {host}\")", &[]),
        (shell, "host: str", "ipaddress.ip_address(host)\nos.system(f\"ping {host}\")", &[]),
        (shell, "host: str", "safe = host if host in HOSTS else \"a\"\nos.system(f\"ping {safe}\")", &[]),
        (
            shell,
            "host: str",
            "if host in HOSTS:\n    chosen = host\nelse:\n    chosen = \"a\"\nos.system(f\"ping {chosen}\")",
            &[],
        ),
        (shell, "host: str", "host = re.sub(r\"[^a-z]\", \"\", host)\nos.system(f\"ping {host}\")", &[]),
    ]);
    raises(&[
        // To be there is no check, nor is one on another way or of another argument.
        (shell, "host: str", "if not host:\n    return \"no\"\nos.system(f\"ping {host}\")", &["001 high host"]),
        (shell, "host: str", "if len(host) > 90:\n    return \"no\"\nos.system(f\"ping {host}\")", &["001 high host"]),
        (shell, "host: str", "if host in HOSTS:\n    print(host)\nos.system(f\"ping {host}\")", &["001 high host"]),
        (shell, "a: str, b: str", "if a not in HOSTS:\n    return \"no\"\nos.system(f\"ping {b}\")", &["001 high b"]),
    ]);
}

#[test]
fn code_objects_and_templates_are_found() {
    raises(&[
        ("", "expression: str", "return str(eval(expression))", &["002 high expression"]),
        ("", "name: str", "exec(f\"import {name}\")", &["002 high name"]),
        ("", "code: str", "exec(code)", &["002 medium code"]),
        ("", "expression: str", "return eval(expression, {\"__builtins__\": {}})", &["002 medium expression"]),
        ("import pickle, base64", "state: str", "return pickle.loads(base64.b64decode(state))", &["006 high state"]),
        ("import yaml", "text: str", "return yaml.load(text, Loader=yaml.Loader)", &["006 high text"]),
        ("from jinja2 import Template", "text: str", "return Template(text).render()", &["007 high text"]),
    ]);
    raises(&[
        ("import ast", "expression: str", "return ast.literal_eval(expression)", &[]),
        ("import re", "pattern: str", "return re.compile(pattern)", &[]),
        ("import json", "state: str", "return json.loads(state)", &[]),
        ("import yaml", "text: str", "yaml.safe_load(text)\nyaml.load(text, Loader=yaml.SafeLoader)", &[]),
        ("from jinja2 import Template", "text: str", "return Template(\"{{ t }}\").render(t=text)", &[]),
    ]);
}

#[test]
fn sql_is_found_where_it_is_built_and_not_where_it_has_parameters() {
    let sql = "import sqlite3\ndb = sqlite3.connect(\"a.db\")";
    raises(&[
        (sql, "name: str", "db.execute(f\"SELECT * FROM users WHERE name = '{name}'\")", &["003 high name"]),
        (
            sql,
            "name: str",
            "cursor = db.cursor()\ncursor.execute(\"SELECT * FROM users WHERE name = '\" + name + \"'\")",
            &["003 high name"],
        ),
        ("", "table: str", "self.conn.execute(\"DELETE FROM %s\" % table)", &["003 high table"]),
        (sql, "query: str", "return db.execute(query).fetchall()", &["003 low query"]),
    ]);
    raises(&[
        (sql, "name: str", "db.execute(\"SELECT * FROM users WHERE name = ?\", (name,))", &[]),
        (sql, "limit: int", "db.execute(f\"SELECT * FROM users LIMIT {limit}\")", &[]),
        ("", "task: str", "self.runner.execute(f\"select the best {task}\")", &[]),
    ]);
}

#[test]
fn paths_and_addresses_are_found_where_the_argument_leads() {
    let path = "import os, requests, httpx\nfrom pathlib import Path\nROOT = Path(\"/srv/notes\")";
    raises(&[
        (path, "name: str", "return open(os.path.join(\"/srv/notes\", name)).read()", &["004 medium name"]),
        (path, "name: str", "(ROOT / name).write_text(\"x\")", &["004 high name"]),
        (
            path,
            "name: str",
            "with open(f\"/srv/{name}.txt\", \"w\") as file:\n    file.write(\"x\")",
            &["004 high name"],
        ),
        (path, "path: str", "return Path(path).read_text()", &["004 low path"]),
        (path, "host: str", "return requests.get(f\"http://{host}/status\").text", &["005 medium host"]),
        (
            path,
            "url: str",
            "async with httpx.AsyncClient() as client:\n    return await client.get(url)",
            &["005 low url"],
        ),
    ]);
    raises(&[
        (path, "name: str", "return open(os.path.join(\"/srv\", os.path.basename(name))).read()", &[]),
        (
            path,
            "name: str",
            "path = (ROOT / name).resolve()\nif not path.is_relative_to(ROOT):\n    raise ValueError\nreturn path.read_text()",
            &[],
        ),
        (path, "name: str", "path = (ROOT / name).resolve()\npath.relative_to(ROOT)\nreturn path.read_text()", &[]),
        (
            path,
            "name: str",
            "path = os.path.realpath(name)\nif os.path.commonpath([path, \"/srv\"]) != \"/srv\":\n    return \"no\"\nreturn open(path).read()",
            &[],
        ),
        (path, "name: str", "if \"..\" in name:\n    return \"no\"\nreturn open(f\"/srv/{name}\").read()", &[]),
        (path, "name: str", "return open(f\"/srv/report-{name}.txt\").read()", &[]),
        (path, "city: str", "return requests.get(f\"https://api.example.com/{city}\", params={\"q\": city}).text", &[]),
    ]);
}

#[test]
fn options_are_found_only_where_a_program_has_harmful_ones() {
    let run = "import subprocess";
    raises(&[
        (run, "branch: str", "subprocess.run([\"git\", \"log\", branch])", &["008 low branch"]),
        (
            run,
            "branch: str",
            "arguments = [\"git\", \"log\"]\narguments.append(branch)\nsubprocess.run(arguments)",
            &["008 low branch"],
        ),
    ]);
    raises(&[
        (run, "branch: str", "subprocess.run([\"git\", \"log\", \"--\", branch])", &[]),
        (run, "text: str", "subprocess.run([\"git\", \"commit\", \"-m\", text])", &[]),
        (
            run,
            "branch: str",
            "if branch.startswith(\"-\"):\n    raise ValueError\nsubprocess.run([\"git\", \"log\", branch])",
            &[],
        ),
        (run, "text: str", "subprocess.run([\"echo\", text])", &[]),
    ]);
}

#[test]
fn functions_of_the_file_are_followed_and_their_checks_count() {
    let helpers = "import os\n\ndef run(line, quiet=False):\n    return os.system(line)\n\ndef build(host):\n    return f\"ping {host}\"\n\ndef allowed(host):\n    return host in (\"a\", \"b\")\n\ndef demand(host):\n    if host not in (\"a\", \"b\"):\n        raise ValueError(host)\n    return host\n";
    raises(&[
        (helpers, "host: str", "return run(build(host))", &["001 high host"]),
        (helpers, "host: str", "return run(line=f\"ping {host}\")", &["001 high host"]),
        (helpers, "host: str", "if not allowed(host):\n    return \"no\"\nreturn run(build(host))", &[]),
        (helpers, "host: str", "demand(host)\nreturn run(build(host))", &[]),
        (helpers, "host: str", "return run(build(demand(host)))", &[]),
    ]);
}

#[test]
fn every_way_to_register_is_known() {
    let low = "from mcp.server import Server\nimport os\n\ndef serve():\n    server = Server(\"s\")\n\n    def ping(host):\n        os.system(f\"ping {host}\")\n\n    @server.call_tool()\n    async def call_tool(name, arguments):\n        if name == \"ping\":\n            ping(arguments[\"host\"])\n        elif name == \"trace\":\n            os.system(\"trace \" + arguments.get(\"to\", \"\"))\n";
    assert_eq!(judged("server.py", low), ["001 high host", "001 high to"]);
    let matched = "from mcp.server import Server\nimport os\nserver = Server(\"s\")\n\n@server.call_tool()\nasync def call_tool(name, arguments):\n    match name:\n        case \"ping\":\n            os.system(f\"ping {arguments['host']}\")\n";
    assert_eq!(judged("server.py", matched), ["001 high host"]);
    let added = "from fastmcp import FastMCP\nimport os\n\ndef ping(host: str):\n    os.system(f\"ping {host}\")\n\nmcp = FastMCP(\"s\")\nmcp.add_tool(ping)\n";
    assert_eq!(judged("server.py", added), ["001 high host"]);
    let resource = "from fastmcp import FastMCP\nmcp = FastMCP(\"s\")\n\n@mcp.resource(\"notes://{name}\")\ndef note(name: str):\n    return open(f\"/srv/{name}\").read()\n";
    assert_eq!(judged("server.py", resource), ["004 medium name"]);
    let model = "from mcp.server import Server\nfrom pydantic import BaseModel\nimport os\nserver = Server(\"s\")\n\nclass Ping(BaseModel):\n    host: str\n    count: int\n\n@server.call_tool()\nasync def call_tool(name, arguments):\n    ping = Ping(**arguments)\n    os.system(f\"ping -c {ping.count} localhost\")\n    os.system(f\"ping {ping.host}\")\n";
    assert_eq!(judged("server.py", model), ["001 high host"]);
    let class = "from mcp.server import Server\nimport os\nserver = Server(\"s\")\n\nclass Network:\n    def ping(self, host):\n        return self.run(f\"ping {host}\")\n\n    def run(self, line):\n        return os.system(line)\n\nnetwork = Network()\n\n@server.call_tool()\nasync def call_tool(name, arguments):\n    return network.ping(arguments[\"host\"])\n";
    assert_eq!(judged("server.py", class), ["001 high host"]);
    // Without an SDK nothing of it is a server.
    assert_eq!(judged("server.py", &added.replace("fastmcp", "other")), Vec::<String>::new());
}
