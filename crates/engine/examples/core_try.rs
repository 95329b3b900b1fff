//! temporary
#![allow(clippy::all, clippy::pedantic, clippy::print_stdout, clippy::unwrap_used, missing_docs)]
use contracts::progress::Step;
struct Silent;
impl engine::Observer for Silent {
    fn on(&self, step: Step) { if let Step::Finding { check, severity, confidence, location, .. } = &step { println!("  {check} {severity} {confidence} {location}"); } }
}
#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let level = contracts::audit::Level::try_from(args[0].parse::<u8>().unwrap()).unwrap();
    let active = args[1] == "active";
    let target = if args[2].starts_with("http") {
        engine::Target::Http { url: args[2].parse().unwrap(), headers: Vec::new() }
    } else {
        engine::Target::Stdio { program: args[2].clone(), args: args[3..].to_vec(), env: Vec::new() }
    };
    let options = engine::Options { level, active, addresses: outbound::Policy::AllowLoopback, ..Default::default() };
    let start = std::time::Instant::now();
    let mut session = match engine::Session::connect(target.clone(), options.clone()).await { Ok(s) => s, Err(e) => { println!("ERROR {e} / {e:?}"); return } };
    println!("connected {:?} {:?} {:?} loopback {}", start.elapsed(), session.snapshot().transport, session.snapshot().eras, session.snapshot().loopback);
    session.discover().await.unwrap();
    let s = session.snapshot();
    println!("discovered {:?}: {} tools {} prompts {} resources {} templates; {:?} anonymous {:?} info {}", start.elapsed(), s.tools.len(), s.prompts.len(), s.resources.len(), s.templates.len(), s.listings, s.anonymous, s.server_info);
    for t in &s.tools { println!("   {} {:?}", t.name, t.class); }
    session.close().await;
    println!("closed {:?}", start.elapsed());
    let start = std::time::Instant::now();
    let audit = engine::audit(target, options, &Silent).await.unwrap();
    println!("audit {:?}: {:?} {:?} {:?}", start.elapsed(), audit.score, audit.traffic, audit.notes);
    for c in &audit.checks { println!("{} {:?} {}ms", c.check, c.outcome, c.duration_ms); }
    if let Ok(p) = std::env::var("OUT") { std::fs::write(p, serde_json::to_string_pretty(&audit).unwrap()).unwrap(); }
}
