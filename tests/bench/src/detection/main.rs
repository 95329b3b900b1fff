//! `make bench-detection`: how well the engine detects, measured on labelled tool definitions and on live servers that
//! nobody here wrote. `BENCH_DIR` is the folder with `corpus/*.jsonl` and `targets.json`, `BENCH_OUT` where the results
//! go: one file of findings per target, `static.jsonl`, and `summary.json`. `BENCH_TARGETS` names some targets only.

mod category;
mod descriptions;
mod rates;
mod targets;

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use serde_json::json;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let bench = folder("BENCH_DIR").context("say where the labelled material is: BENCH_DIR=… make bench-detection")?;
    if !bench.join("corpus").is_dir() {
        bail!("BENCH_DIR={} has no folder `corpus`", bench.display());
    }
    let out = folder("BENCH_OUT").unwrap_or_else(|| PathBuf::from("target/bench-detection"));
    std::fs::create_dir_all(&out).with_context(|| format!("create {}", out.display()))?;

    let measured = descriptions::measure(&bench.join("corpus"), &out)?;
    let mut screen = std::io::stdout();
    measured.print(&mut screen)?;
    let live = if bench.join("targets.json").is_file() {
        let live = targets::measure(&bench, &out, &mut screen).await?;
        live.print(&mut screen)?;
        Some(live)
    } else {
        writeln!(screen, "no targets.json: no live targets")?;
        None
    };
    let summary = json!({ "descriptions": measured.rates, "targets": live });
    std::fs::write(out.join("summary.json"), serde_json::to_vec_pretty(&summary)?).context("write the summary")?;
    writeln!(screen, "results in {}", out.display())?;
    Ok(())
}

fn folder(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}
