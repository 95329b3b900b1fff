//! Where arguments do harm: calls that run, read, write or fetch what they are given.

mod command;
mod table;

use contracts::audit::{Confidence, Severity};

use crate::check::{self, Check};
use crate::flow::Given;
use crate::program::Place;
use crate::value::{Harms, Shape, TAINTED, Taint, UNKNOWN, Value};
use table::Does;

/// A call as far as it is known.
pub(crate) struct Called<'c> {
    /// Its name with that of its module: `subprocess.run`, `sqlite3.connect().execute`.
    pub(crate) qualified: Option<&'c str>,
    /// What a method is called on, and the last name of that.
    pub(crate) object: Option<&'c Value>,
    pub(crate) object_name: Option<&'c str>,
    pub(crate) method: Option<&'c str>,
    pub(crate) given: &'c [Given],
}

/// An argument that reaches a sink.
#[derive(Debug)]
pub(crate) struct Reach {
    pub(crate) check: &'static Check,
    pub(crate) harm: Harms,
    pub(crate) taint: Taint,
    /// The call, for people.
    pub(crate) sink: String,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    /// Why what it does is what the tool is for.
    pub(crate) by_design: Option<&'static str>,
    pub(crate) what: &'static str,
    pub(crate) handler: Option<String>,
    pub(crate) place: Place,
}

/// How bad it is.
struct Judged {
    check: &'static Check,
    harm: Harms,
    severity: Severity,
    confidence: Confidence,
    by_design: Option<&'static str>,
}

impl Called<'_> {
    fn positional(&self, at: usize) -> Option<&Value> {
        self.given.iter().filter(|given| given.name.is_none()).nth(at).map(|given| &given.value)
    }

    fn named(&self, name: &str) -> Option<&Value> {
        self.given.iter().find(|given| given.name.as_deref() == Some(name)).map(|given| &given.value)
    }

    fn at(&self, at: usize, names: &[&str]) -> Option<&Value> {
        names.iter().find_map(|name| self.named(name)).or_else(|| self.positional(at))
    }

    /// A field of one of the objects that are given as options.
    fn option(&self, name: &str) -> Option<Value> {
        self.given.iter().find_map(|given| match &given.value.shape {
            Shape::Fields(fields) => fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone()),
            _ => None,
        })
    }
}

/// Whether the call is one of those, whatever it is given.
pub(crate) fn is_sink(called: &Called) -> bool {
    called.qualified.is_some_and(|name| table::does(name).is_some())
        || called.method.is_some_and(|method| SQL_METHODS.contains(&method))
}

/// The arguments that reach harm in a call.
pub(crate) fn reached(called: &Called) -> Vec<Reach> {
    let mut found = Vec::new();
    if let Some((name, does)) = called.qualified.and_then(|name| Some((name, table::does(name)?))) {
        judge(does, name, called, &mut found);
    } else if let Some(method) = called.method {
        sql(method, called, &mut found);
    }
    found
}

fn judge(does: Does, name: &str, called: &Called, found: &mut Vec<Reach>) {
    let mut with = |value: Option<&Value>, sink: &str, judge: &dyn Fn(&Value, &Taint) -> Option<Judged>| {
        if let Some(value) = value {
            raise(value, sink, judge, found);
        }
    };
    let first = called.at(0, &["cmd", "command", "args", "source", "file", "path", "url", "filename"]);
    match does {
        Does::Shell => with(first, name, &|value, taint| Some(command::shell(value, taint))),
        Does::PythonProcess => command::python_process(name, called, found),
        Does::NodeProcess => command::node_process(name, called, found),
        Does::Arguments => command::arguments(name, called, found),
        Does::Code => {
            let restricted = called.positional(1).is_some();
            with(first, name, &|value, taint| Some(code(value, taint, restricted)));
        }
        // The body is the last argument.
        Does::Function => {
            let body = called.given.last().map(|given| &given.value);
            with(body, name, &|value, taint| Some(code(value, taint, false)));
        }
        Does::Object => with(first, name, &|_, _| Some(plain(&check::DESERIALISATION, Harms::OBJECT))),
        Does::Yaml => {
            let loader = called.at(1, &["Loader"]).and_then(Value::name).unwrap_or_default();
            if !loader.contains("Safe") && !loader.contains("Base") {
                with(first, name, &|_, _| Some(plain(&check::DESERIALISATION, Harms::OBJECT)));
            }
        }
        Does::Template => with(first, name, &|_, _| Some(plain(&check::TEMPLATE_INJECTION, Harms::TEMPLATE))),
        Does::Read => with(first, name, &|value, taint| path(value, taint, false)),
        Does::Write => with(first, name, &|value, taint| path(value, taint, true)),
        Does::WriteBoth => {
            with(called.positional(0), name, &|value, taint| path(value, taint, true));
            with(called.positional(1), name, &|value, taint| path(value, taint, true));
        }
        Does::Open => {
            let mode = called.at(1, &["mode"]).and_then(Value::as_literal).unwrap_or("r");
            let writes = mode.contains(['w', 'a', 'x', '+']);
            with(first, name, &|value, taint| path(value, taint, writes));
        }
        Does::ReadObject => with(called.object, name, &|value, taint| path(value, taint, false)),
        Does::WriteObject => with(called.object, name, &|value, taint| path(value, taint, true)),
        Does::Fetch => {
            let inside = called.option("url").or_else(|| called.option("baseURL"));
            let inside = inside.filter(|_| !first.is_some_and(|first| matches!(first.shape, Shape::Other)));
            with(inside.as_ref().or(first), name, &|value, taint| address(value, taint));
        }
        Does::FetchSecond => with(called.at(1, &["url"]), name, &|value, taint| address(value, taint)),
        Does::Sql => with(called.at(0, &["sql", "query", "statement", "operation"]), name, &|value, taint| {
            query(value, taint, true)
        }),
    }
}

/// Raises each argument in a value that is not yet harmless to it.
fn raise(value: &Value, sink: &str, judge: &dyn Fn(&Value, &Taint) -> Option<Judged>, found: &mut Vec<Reach>) {
    for taint in &value.taints {
        let Some(judged) = judge(value, taint).filter(|judged| !taint.ended.has(judged.harm)) else { continue };
        found.push(Reach {
            check: judged.check,
            harm: judged.harm,
            taint: taint.clone(),
            sink: sink.to_owned(),
            severity: judged.severity,
            confidence: judged.confidence,
            by_design: judged.by_design,
            what: "tool",
            handler: None,
            place: Place::default(),
        });
    }
}

fn plain(check: &'static Check, harm: Harms) -> Judged {
    Judged { check, harm, severity: Severity::High, confidence: Confidence::Likely, by_design: None }
}

fn by_design(check: &'static Check, harm: Harms, severity: Severity, why: &'static str) -> Judged {
    Judged { check, harm, severity, confidence: Confidence::Likely, by_design: Some(why) }
}

/// Whether the argument is all there is.
fn is_whole(value: &Value) -> bool {
    value.text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ';')) == TAINTED.to_string()
}

fn code(value: &Value, taint: &Taint, restricted: bool) -> Judged {
    // An expression of a calculator is data that should have been parsed; code is what people ask to be run.
    let asked = ["code", "script", "python", "python_code", "javascript", "js", "source", "program", "snippet"];
    if is_whole(value) && asked.contains(&&*taint.origin) {
        return by_design(
            &check::CODE_INJECTION,
            Harms::CODE,
            Severity::Medium,
            "running the code that it is given is what the tool is for",
        );
    }
    let severity = if restricted { Severity::Medium } else { Severity::High };
    Judged { severity, ..plain(&check::CODE_INJECTION, Harms::CODE) }
}

/// A path: one that begins with a folder of the server's own must not lead out of it.
fn path(value: &Value, _: &Taint, writes: bool) -> Option<Judged> {
    let before = value.text.split(TAINTED).next().unwrap_or_default();
    if before.trim().is_empty() {
        let why = if writes {
            "the caller chooses the whole path, as in tools that write any file of their user"
        } else {
            "the caller chooses the whole path, as in tools that read any file of their user"
        };
        let judged = by_design(&check::PATH_TRAVERSAL, Harms::PATH, Severity::Low, why);
        return Some(Judged { confidence: Confidence::Tentative, ..judged });
    }
    // `report-<x>` can only be left through a folder of that name.
    if !before.ends_with(['/', '\\', UNKNOWN]) {
        return None;
    }
    let severity = if writes { Severity::High } else { Severity::Medium };
    Some(Judged { severity, ..plain(&check::PATH_TRAVERSAL, Harms::PATH) })
}

/// An address: only one whose host the argument may choose.
fn address(value: &Value, _: &Taint) -> Option<Judged> {
    let before = value.text.split(TAINTED).next().unwrap_or_default();
    if before.trim().is_empty() {
        let why = "the caller chooses the whole address, as in tools that fetch any page";
        let judged = by_design(&check::REQUEST_FORGERY, Harms::URL, Severity::Low, why);
        return Some(Judged { confidence: Confidence::Tentative, ..judged });
    }
    let authority = before.split_once("://").map(|(_, rest)| rest)?;
    if authority.contains(['/', '?', '#', UNKNOWN]) {
        return None;
    }
    // What follows a fixed name is a port, or may go on with it: `https://api.` and `.example.com`.
    let after = value.text.split(TAINTED).nth(1).unwrap_or_default();
    let bounded = after.split(['/', '?']).next().is_some_and(|rest| rest.trim_start_matches(':').contains('.'));
    if bounded || authority.ends_with(':') {
        return None;
    }
    Some(Judged { severity: Severity::Medium, ..plain(&check::REQUEST_FORGERY, Harms::URL) })
}

/// Methods that run SQL, of objects that nobody knows more of.
const SQL_METHODS: &[&str] = &[
    "execute",
    "executemany",
    "executescript",
    "query",
    "raw",
    "run",
    "all",
    "get",
    "exec",
    "prepare",
    "each",
    "unsafe",
    "$queryRawUnsafe",
    "$executeRawUnsafe",
    "fetch",
    "fetchrow",
    "fetchval",
    "read_sql",
    "read_sql_query",
    "sql",
    "fetch_all",
    "fetch_one",
    "execute_query",
    "exec_driver_sql",
];

fn sql(method: &str, called: &Called, found: &mut Vec<Reach>) {
    if !SQL_METHODS.contains(&method) {
        return;
    }
    let Some(value) = called.at(0, &["sql", "query", "statement", "operation"]) else { return };
    let object = called.object_name.unwrap_or_default().to_ascii_lowercase();
    let known = ["cur", "cursor", "conn", "connection", "db", "database", "pool", "_db", "_conn"]
        .contains(&object.as_str())
        && matches!(method, "execute" | "executescript" | "query" | "exec" | "exec_driver_sql");
    let sink = if object.is_empty() {
        method.to_owned()
    } else {
        format!("{}.{method}", called.object_name.unwrap_or_default())
    };
    raise(value, &sink, &|value, taint| query(value, taint, known), found);
}

/// SQL: built with an argument, or all of it. `known` tells that nothing but SQL is run there.
fn query(value: &Value, taint: &Taint, known: bool) -> Option<Judged> {
    if is_whole(value) {
        let named =
            ["sql", "query", "statement", "stmt"].iter().any(|name| taint.origin.to_ascii_lowercase().contains(name));
        return (known && named).then(|| {
            by_design(
                &check::SQL_INJECTION,
                Harms::SQL,
                Severity::Low,
                "running the SQL that it is given is what the tool is for",
            )
        });
    }
    let before = value.text.split(TAINTED).next().unwrap_or_default();
    is_sql(before).then(|| plain(&check::SQL_INJECTION, Harms::SQL))
}

/// Whether a text begins as SQL does.
fn is_sql(text: &str) -> bool {
    let text = text.trim_start().to_ascii_lowercase();
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default();
    let mut has = |wanted: &[&str]| words.any(|word| wanted.contains(&word));
    match first {
        "select" | "delete" => has(&["from"]),
        "insert" | "replace" => has(&["into"]),
        "update" => has(&["set"]) || text.trim() == "update",
        "drop" | "create" | "alter" | "truncate" => has(&["table", "index", "view", "database", "schema", "user"]),
        "pragma" | "describe" | "with" => true,
        "explain" | "show" => text.len() > first.len(),
        _ => false,
    }
}
