//! Servers in JavaScript and TypeScript.

use super::{judged, script};

const NODE: &str = "import { exec, execSync, spawn, execFile } from \"node:child_process\";\nimport { promisify } from \"util\";\nimport * as fs from \"fs\";\nimport path from \"path\";\nimport { z } from \"zod\";\nconst execAsync = promisify(exec);\nconst ROOT = \"/srv/notes\";\nconst HOSTS = [\"a\", \"b\"];";

/// Body, and what it raises, for a tool with the arguments `host`, `name` and `url`.
#[track_caller]
fn raises(cases: &[(&str, &[&str])]) {
    let schema = "{ host: z.string(), name: z.string(), url: z.string(), count: z.number(), mode: z.enum([\"a\"]) }";
    for (body, expected) in cases {
        let text = script(NODE, schema, "{ host, name, url, count, mode }", body);
        assert_eq!(judged("src/server.ts", &text), *expected, "{body}");
    }
}

#[test]
fn a_shell_is_found_behind_every_way_of_building_a_command() {
    raises(&[
        ("execSync(`ping ${host}`);", &["001 high host"]),
        ("const { stdout } = await execAsync(\"ping \" + host.trim());", &["001 high host"]),
        (
            "return new Promise((resolve) => { exec(`ping ${host}`, (error, out) => resolve(out)); });",
            &["001 high host"],
        ),
        ("const parts = [\"ping\"];\nparts.push(host);\nexecSync(parts.join(\" \"));", &["001 high host"]),
        ("spawn(\"ping\", [host], { shell: true });", &["001 high host"]),
        ("spawn(\"sh\", [\"-c\", `ping ${host}`]);", &["001 high host"]),
        ("let line = \"ping \";\nline += host;\nexecSync(line);", &["001 high host"]),
        ("const cp = require(\"child_process\");\ncp.execSync(`ping ${host}`);", &["001 high host"]),
    ]);
    raises(&[
        ("spawn(\"ping\", [host]);", &[]),
        ("execFile(\"ping\", [host]);", &[]),
        ("execSync(`ping -c ${count} localhost`);", &[]),
        ("execSync(`ping ${mode}`);", &[]),
        ("execSync(`ping ${Number(host)}`);", &[]),
        ("const found = /a/.exec(host);\nreturn found;", &[]),
    ]);
}

#[test]
fn a_check_before_the_use_ends_it() {
    raises(&[
        ("if (!HOSTS.includes(host)) throw new Error(\"no\");\nexecSync(`ping ${host}`);", &[]),
        ("if (!/^[a-z]+$/.test(host)) { return { isError: true }; }\nexecSync(`ping ${host}`);", &[]),
        ("switch (host) { case \"a\": execSync(`ping ${host}`); break; default: throw new Error(\"no\"); }", &[]),
        ("const safe = HOSTS.includes(host) ? host : \"a\";\nexecSync(`ping ${safe}`);", &[]),
        ("execSync(`ping ${host.replace(/[^a-z]/g, \"\")}`);", &[]),
    ]);
    raises(&[
        ("if (!host) throw new Error(\"no\");\nexecSync(`ping ${host}`);", &["001 high host"]),
        ("if (typeof host !== \"string\") throw new Error(\"no\");\nexecSync(`ping ${host}`);", &["001 high host"]),
        (
            "if (host === undefined || host === \"\") throw new Error(\"no\");\nexecSync(`ping ${host}`);",
            &["001 high host"],
        ),
        ("if (!HOSTS.includes(name)) throw new Error(\"no\");\nexecSync(`ping ${host}`);", &["001 high host"]),
    ]);
}

#[test]
fn code_sql_and_templates_are_found() {
    raises(&[
        ("return eval(name);", &["002 high name"]),
        ("return new Function(\"x\", `return ${name}`)(1);", &["002 high name"]),
        ("const vm = await import(\"vm\");\nvm.runInNewContext(name);", &["002 high name"]),
        ("await pool.query(`SELECT * FROM users WHERE name = '${name}'`);", &["003 high name"]),
        ("db.prepare(\"DELETE FROM \" + name).run();", &["003 high name"]),
        ("const handlebars = require(\"handlebars\");\nhandlebars.compile(name);", &["007 high name"]),
        ("const { unserialize } = require(\"node-serialize\");\nunserialize(name);", &["006 high name"]),
    ]);
    raises(&[
        ("return JSON.parse(name);", &[]),
        ("await pool.query(\"SELECT * FROM users WHERE name = $1\", [name]);", &[]),
        ("await sql`SELECT * FROM users WHERE name = ${name}`;", &[]),
        ("await client.query(name);", &[]),
        ("const handlebars = require(\"handlebars\");\nhandlebars.compile(\"{{ name }}\")({ name });", &[]),
    ]);
}

#[test]
fn paths_addresses_and_options_are_found_where_the_argument_leads() {
    raises(&[
        ("return fs.readFileSync(path.join(ROOT, name), \"utf8\");", &["004 medium name"]),
        ("await fs.promises.writeFile(`${ROOT}/${name}`, \"x\");", &["004 high name"]),
        ("return fs.readFileSync(name);", &["004 low name"]),
        ("return fetch(`http://${host}:8080/status`);", &["005 medium host"]),
        ("return fetch(url);", &["005 low url"]),
        ("spawn(\"git\", [\"log\", name]);", &["008 low name"]),
    ]);
    raises(&[
        ("return fs.readFileSync(path.join(ROOT, path.basename(name)));", &[]),
        (
            "const full = path.resolve(ROOT, name);\nif (!full.startsWith(ROOT + path.sep)) throw new Error(\"no\");\nreturn fs.readFileSync(full);",
            &[],
        ),
        (
            "const full = path.resolve(ROOT, name);\nif (path.relative(ROOT, full).startsWith(\"..\")) throw new Error(\"no\");\nreturn fs.readFileSync(full);",
            &[],
        ),
        ("const full = await validatePath(name);\nreturn fs.readFileSync(full);", &[]),
        ("return fetch(`https://api.example.com/${encodeURIComponent(name)}`);", &[]),
        (
            "const address = new URL(url);\nif (!HOSTS.includes(address.hostname)) throw new Error(\"no\");\nreturn fetch(url);",
            &[],
        ),
        ("spawn(\"git\", [\"log\", \"--\", name]);", &[]),
    ]);
    // Which protocol it is says nothing about where an address leads.
    raises(&[(
        "const address = new URL(url);\nif (address.protocol !== \"https:\") throw new Error(\"no\");\nreturn fetch(url);",
        &["005 low url"],
    )]);
}

#[test]
fn every_way_to_register_is_known() {
    let sdk = "const { exec } = require(\"child_process\");\nconst { Server } = require(\"@modelcontextprotocol/sdk/server/index.js\");\n";
    for registration in [
        "server.tool(\"ping\", { host: z.string() }, async ({ host }) => { exec(`ping ${host}`); });",
        "server.tool(\"ping\", \"Pings\", { host: z.string() }, async (args, extra) => { exec(`ping ${args.host}`); });",
        "server.registerPrompt(\"ping\", {}, ({ host }) => { exec(`ping ${host}`); });",
        "server.resource(\"ping\", new ResourceTemplate(\"ping://{host}\"), async (uri, { host }) => { exec(`ping ${host}`); });",
        "server.addTool({ name: \"ping\", execute: async (args) => { exec(`ping ${args.host}`); } });",
        "server.setRequestHandler(CallToolRequestSchema, async (request) => { const { name, arguments: args } = request.params; if (name === \"ping\") { exec(`ping ${args.host}`); } });",
        "server.setRequestHandler(CallToolRequestSchema, async (request) => { switch (request.params.name) { case \"ping\": { const parsed = Ping.safeParse(request.params.arguments); exec(`ping ${parsed.data.host}`); } } });",
        "class Ping extends MCPTool { name = \"ping\"; async execute(input) { exec(`ping ${input.host}`); } }",
        "class Main { constructor() { this.server.setRequestHandler(CallToolRequestSchema, async (request) => this.ping(request.params.arguments)); } async ping(args) { exec(`ping ${args.host}`); } }",
        "class Main { start() { this.server.setRequestHandler(CallToolRequestSchema, this.call.bind(this)); } async call(request) { exec(`ping ${request.params.arguments.host}`); } }",
    ] {
        assert_eq!(judged("server.js", &format!("{sdk}{registration}")), ["001 high host"], "{registration}");
    }
    let fixed = "server.resource(\"ping\", \"ping://all\", async (uri) => { exec(`ping ${uri}`); });";
    assert_eq!(judged("server.js", &format!("{sdk}{fixed}")), Vec::<String>::new());
    let schema = "const Ping = z.object({ count: z.number(), host: z.string().regex(/^a/) });\nserver.tool(\"ping\", Ping.shape, async ({ count, host }) => { exec(`ping ${count} ${host}`); });";
    assert_eq!(judged("server.js", &format!("{sdk}{schema}")), Vec::<String>::new());
}
