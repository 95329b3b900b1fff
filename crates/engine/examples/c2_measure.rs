//! temporary
#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::print_stdout)]
use std::collections::BTreeMap;
use contracts::audit::{Severity, Transport};
use engine::check::{Run, Verdict};
use engine::snapshot::{Era, Snapshot, Tool};
use engine::tool_class::{classify, shared_prefix};
use serde_json::{Value, json};

fn snapshot(tools: &[Value]) -> Snapshot {
    let name = |t: &Value| t["name"].as_str().unwrap_or_default().to_owned();
    let prefix = shared_prefix(tools.iter().map(name));
    Snapshot {
        transport: Transport::Stdio, url: None, loopback: true, command: vec![], env: vec![],
        eras: vec![Era { version: "2026-07-28".into(), modern: true }], capabilities: json!({}), server_info: Value::Null, instructions: None,
        tools: tools.iter().map(|raw| { let d = raw["description"].as_str().map(str::to_owned); Tool { name: name(raw), title: raw["title"].as_str().map(str::to_owned), class: classify(&name(raw), &prefix, d.as_deref(), &raw["annotations"], &raw["inputSchema"]), description: d, input_schema: raw["inputSchema"].clone(), output_schema: raw["outputSchema"].clone(), annotations: raw["annotations"].clone(), raw: raw.clone() } }).collect(),
        prompts: vec![], resources: vec![], templates: vec![], listings: vec![], anonymous: None,
    }
}
fn main() {
    let rows: Vec<Value> = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let verbose = std::env::args().nth(2).is_some();
    let mut servers: BTreeMap<(String, String), Vec<&Value>> = BTreeMap::new();
    for r in &rows { servers.entry((r["source"].to_string(), r["server"].to_string())).or_default().push(r); }
    let warm = std::env::var("WARM").is_ok();
    let text = ["DA-001","DA-002","DA-003","DA-004","DA-005","DA-006","DA-007","DA-008","DA-009","DA-010","DA-014","DA-017","PI-012","XM-001","XM-003","XM-005","XM-006"];
    let mut hits: BTreeMap<String, Vec<(String, Severity)>> = BTreeMap::new();
    if warm { for g in servers.values() { let t: Vec<Value> = g.iter().map(|r| r["tool"].clone()).collect(); let s = snapshot(&t); for c in engine::checks::ALL { if let Run::Static(r) = c.run { let _ = r(&s); } } } }
    let mut n = 0; let start = std::time::Instant::now();
    for ((_, _), group) in &servers {
        let tools: Vec<Value> = group.iter().map(|r| r["tool"].clone()).collect();
        let snap = snapshot(&tools); n += tools.len();
        for check in engine::checks::ALL {
            let Run::Static(run) = check.run else { continue };
            if !["-DA-", "-PI-", "-XM-"].iter().any(|g| check.id.contains(g)) { continue; }
            let Verdict::Decided(drafts) = run(&snap) else { continue };
            if std::env::var("TIME").is_ok() { continue; } for d in drafts {
                let tool = d.location.strip_prefix("tool:").map(|l| l.split('#').next().unwrap().to_owned());
                for r in group {
                    if tool.as_deref() == r["tool"]["name"].as_str() { hits.entry(r["id"].as_str().unwrap().to_owned()).or_default().push((format!("{}:{}", check.id.trim_start_matches("MCPA-"), d.discriminator), d.severity)); }
                }
            }
        }
    }
    println!("{n} definitions in {:?}", start.elapsed());
    let mut count: BTreeMap<String, (usize, usize, usize)> = BTreeMap::new();
    let mut by_check: BTreeMap<(String, String), usize> = BTreeMap::new();
    for r in &rows {
        let h: Vec<_> = hits.get(r["id"].as_str().unwrap()).into_iter().flatten().collect();
        let any = h.iter().any(|(_, s)| *s > Severity::Low);
        let textual: Vec<_> = h.iter().filter(|(c, s)| *s > Severity::Low && text.iter().any(|t| c.starts_with(t))).collect();
        let label = r["label"].as_str().unwrap().to_owned();
        let e = count.entry(label.clone()).or_default();
        e.0 += 1; e.1 += usize::from(any); e.2 += usize::from(!textual.is_empty());
        for (c, s) in &h { if *s > Severity::Low { *by_check.entry((label.clone(), c.split(':').next().unwrap().to_owned())).or_default() += 1; } }
        if verbose && ((label == "malicious" && textual.is_empty()) || (label != "malicious" && !textual.is_empty())) {
            println!("{label} {} {} {:?} {}", r["id"], r["tool"]["name"], textual, r["tool"]["description"].as_str().unwrap_or_default().chars().take(600).collect::<String>().replace('\n', " "));
        }
    }
    for (l, c) in &count { println!("{l}: {} all>low {} textual>low {}", c.0, c.1, c.2); }
    for (k, v) in &by_check { println!("{k:?} {v}"); }
}
