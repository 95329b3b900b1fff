//! Pages and files for developers that everybody can read. Asked for at ten fixed paths, and recognised by what they
//! hold, never by a status: many servers answer every path with success.

use std::sync::LazyLock;
use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};
use futures_util::future::join_all;
use regex::Regex;
use serde_json::Value;
use tokio::time::timeout;
use url::Url;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::over_network;
use crate::probe::{Probe, ProbeError};
use crate::wire::Exchange;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DX-012",
    title: "Debug or configuration path",
    test: NamedTest::DataExposure,
    mode: Mode::Safe,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Serve nothing but the endpoint and its metadata to the public; keep metrics and profiles on an internal port, and configuration and version control out of what is served.",
    tags: &[Tag::Cwe(538), Tag::McpTop10(9)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// How long one page may take: these are looked for in passing.
const PATIENCE: Duration = Duration::from_secs(10);
/// What is read of a page: most of them are short, and the others tell by their beginning.
const MAX_PAGE_BYTES: u64 = 256 << 10;
/// Pages that are asked for at the same time.
const TOGETHER: usize = 4;

/// What is at a path, if it is what the path is known for: how bad that is, and what may be shown of it.
type Recognise = fn(&str) -> Option<(Severity, String)>;

/// The paths, and how their content is recognised.
const PAGES: [(&str, Recognise); 10] = [
    ("/.env", environment_file),
    ("/.git/HEAD", git_head),
    ("/actuator", actuator),
    ("/actuator/env", actuator_environment),
    ("/debug/pprof/", go_profiles),
    ("/debug/vars", go_variables),
    ("/metrics", metrics),
    ("/console", python_console),
    ("/server-status", apache_status),
    ("/openapi.json", interface_description),
];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(endpoint) = probe.url() else { return Ok(Verdict::not_applicable("the target has no URL")) };
    let nowhere = async || ask(probe, endpoint, &format!("/{}", probe.canary())).await;
    let whole = |answer: Option<Exchange>| answer.filter(|answer| answer.truncated.is_none());
    let (Some(control), Some(again)) = (whole(nowhere().await?), whole(nowhere().await?)) else {
        // Whatever the other paths showed, it would be no different from that.
        return Ok(Verdict::not_assessed("the server gives no whole answer at a path that does not exist"));
    };
    let shown = |answer: &Exchange| (answer.status, PAGES.map(|(_, recognise)| recognise(&answer.text()).is_some()));
    if shown(&control) != shown(&again) {
        return Ok(Verdict::not_assessed(
            "unstable: the server treats paths that do not exist now so and now otherwise",
        ));
    }
    let control = control.text();
    let mut answers = Vec::new();
    for some in PAGES.chunks(TOGETHER) {
        for answer in join_all(some.iter().map(|(path, _)| ask(probe, endpoint, path))).await {
            answers.push(answer?);
        }
    }
    let found = PAGES.iter().zip(&answers).filter_map(|((path, recognise), answer)| {
        let answer = answer.as_ref().filter(|answer| answer.status == Some(200))?;
        let (severity, shown) = recognise(&answer.text())?;
        // A server that shows the same at any path shows nothing of its own here.
        if recognise(&control).is_some() {
            return None;
        }
        let sample = Sample::whole(shown, format!("path:{path}")).after(answer.request.clone(), answer.status);
        let message = format!("everybody can read `{path}`, which is meant for those who run the server");
        let severity = over_network(severity, probe.snapshot());
        Some(Draft::new(severity, Confidence::Confirmed, "server", message).distinct(*path).sample(sample))
    });
    Ok(found.collect())
}

/// What is at a path of the target's origin; `None` where nothing came.
async fn ask(probe: &Probe, endpoint: &Url, path: &str) -> Result<Option<Exchange>, ProbeError> {
    let Ok(url) = endpoint.join(path) else { return Ok(None) };
    match timeout(PATIENCE, probe.fetch_at_most(&url, MAX_PAGE_BYTES)).await {
        Ok(Ok(answer)) => Ok(Some(answer)),
        Err(_) | Ok(Err(ProbeError::Timeout(_) | ProbeError::Unreachable(_))) => Ok(None),
        Ok(Err(error)) => Err(error),
    }
}

fn json(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// Nothing but assignments and comments. The names are shown, and no value.
fn environment_file(text: &str) -> Option<(Severity, String)> {
    static ASSIGNMENT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:export\s+)?([A-Z][A-Z0-9_]{1,63})\s*=").expect("a constant pattern is valid")
    });
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let names: Option<Vec<String>> =
        lines.map(|line| Some(format!("{}=…", ASSIGNMENT.captures(line)?.get(1)?.as_str()))).collect();
    names.filter(|names| !names.is_empty()).map(|names| (Severity::High, names.join(", ")))
}

/// The branch or commit that a work tree is at.
fn git_head(text: &str) -> Option<(Severity, String)> {
    let head = text.trim();
    let is_commit = matches!(head.len(), 40 | 64) && head.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_branch = head.len() < 200 && !head.contains('\n') && head.starts_with("ref: refs/");
    (is_commit || is_branch).then(|| (Severity::High, head.to_owned()))
}

/// The index of Spring Boot's actuator. A dump of the heap is not asked for: making one would stop the server.
fn actuator(text: &str) -> Option<(Severity, String)> {
    let index = json(text)?;
    let links = index.get("_links")?.as_object()?;
    links.get("self")?.get("href")?.as_str()?;
    let severity = if links.contains_key("heapdump") { Severity::High } else { Severity::Low };
    Some((severity, links.keys().map(String::as_str).collect::<Vec<_>>().join(", ")))
}

fn actuator_environment(text: &str) -> Option<(Severity, String)> {
    let environment = json(text)?;
    let sources = environment.get("propertySources")?.as_array()?;
    let names: Vec<&str> = sources.iter().filter_map(|source| source.get("name")?.as_str()).collect();
    (!names.is_empty()).then(|| (Severity::High, names.join(", ")))
}

fn go_profiles(text: &str) -> Option<(Severity, String)> {
    let is_index = ["/debug/pprof/", "goroutine", "threadcreate"].iter().all(|word| text.contains(word));
    is_index.then(|| (Severity::Low, "/debug/pprof/: goroutine, heap, threadcreate".to_owned()))
}

fn go_variables(text: &str) -> Option<(Severity, String)> {
    let variables = json(text)?;
    let is_there = variables.get("cmdline")?.is_array() && variables.get("memstats")?.is_object();
    is_there.then(|| (Severity::Low, "cmdline, memstats".to_owned()))
}

/// The exposition format of Prometheus.
fn metrics(text: &str) -> Option<(Severity, String)> {
    let names: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).take(5).collect();
    (!names.is_empty() && !text.trim_start().starts_with('<')).then(|| (Severity::Low, names.join(", ")))
}

fn python_console(text: &str) -> Option<(Severity, String)> {
    let is_console = text.contains("EVALEX") && text.contains("Werkzeug");
    is_console.then(|| (Severity::Low, "the console of the Werkzeug debugger".to_owned()))
}

fn apache_status(text: &str) -> Option<(Severity, String)> {
    let is_status = text.contains("<h1>Apache Server Status for ");
    is_status.then(|| (Severity::Low, "Apache Server Status".to_owned()))
}

/// A description of an HTTP interface is documentation: worth knowing, and no fault.
fn interface_description(text: &str) -> Option<(Severity, String)> {
    let description = json(text)?;
    let version = description.get("openapi").or_else(|| description.get("swagger"))?.as_str()?;
    let paths = description.get("paths")?.as_object()?.len();
    Some((Severity::Info, format!("OpenAPI {version} with {paths} paths")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_recognised_and_its_nearest_likeness_is_not() {
        let cases: [(&str, &str, &str); 10] = [
            ("/.env", "# local\nDB_HOST=db\nexport DB_PASSWORD=x y", "{\"DB_HOST\": \"db\"}"),
            ("/.git/HEAD", "ref: refs/heads/main\n", "ref: see the manual"),
            ("/actuator", r#"{"_links":{"self":{"href":"/actuator"},"health":{}}}"#, r#"{"_links":{"next":{}}}"#),
            ("/actuator/env", r#"{"propertySources":[{"name":"systemEnvironment"}]}"#, r#"{"status":"UP"}"#),
            ("/debug/pprof/", "<title>/debug/pprof/</title> goroutine heap threadcreate", "<a>/debug/pprof/</a>"),
            ("/debug/vars", r#"{"cmdline":["a"],"memstats":{}}"#, r#"{"cmdline":[]}"#),
            ("/metrics", "# HELP up Up.\n# TYPE up gauge\nup 1\n", "<p>\n# TYPE one of these\n</p>"),
            ("/console", "<title>Console // Werkzeug Debugger</title> EVALEX = true,", "<h1>Console</h1>"),
            ("/server-status", "<h1>Apache Server Status for a.example</h1>", "<h1>Status</h1>"),
            ("/openapi.json", r#"{"openapi":"3.1.0","paths":{}}"#, r#"{"openapi":"3.1.0"}"#),
        ];
        for ((path, recognise), (of, genuine, other)) in PAGES.iter().zip(cases) {
            assert_eq!(*path, of);
            assert!(recognise(genuine).is_some(), "{path}");
            assert!(recognise(other).is_none(), "{path}");
            assert!(
                recognise("<!doctype html><title>Not found</title>").is_none() && recognise("").is_none(),
                "{path}"
            );
        }
    }

    #[test]
    fn values_are_not_shown_and_dumps_are_grave() {
        let (severity, shown) = environment_file("TOKEN=do-not-show\n").expect("a file of the environment");
        assert_eq!((severity, shown.as_str()), (Severity::High, "TOKEN=…"));
        let index = r#"{"_links":{"self":{"href":"/actuator"},"heapdump":{"href":"/actuator/heapdump"}}}"#;
        assert_eq!(actuator(index).map(|(severity, _)| severity), Some(Severity::High));
    }
}
