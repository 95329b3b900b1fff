//! `infra-check`: the gates of the infrastructure that need no cloud.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use infra_check::gates::{self, Gates};
use infra_check::{mutation, report};

/// Checks the infrastructure against its checklist.
#[derive(Debug, Parser)]
struct Settings {
    /// 0 reads the source; 1 also runs terraform or tofu, without a cloud.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=1))]
    tier: u8,
    /// Writes the inputs and outputs of every module into its README, and checks nothing.
    #[arg(long)]
    docs: bool,
    /// Runs terraform in these folders only (`examples/mcp_prod`), while you work on one.
    #[arg(long, value_name = "FOLDER")]
    only: Vec<String>,
    /// Breaks so many settings, chosen at random, each alone: exactly the checks that are for it must fail.
    #[arg(long, value_name = "COUNT")]
    mutate: Option<usize>,
    /// Decides which settings are broken; printed where it is not given.
    #[arg(long, requires = "mutate")]
    seed: Option<u64>,
    /// The repository.
    #[arg(long, default_value = ".")]
    repository: PathBuf,
    /// Keeps plans and what was downloaded; may be deleted at any time.
    #[arg(long, default_value = "target/infra-check")]
    work: PathBuf,
}

fn main() -> ExitCode {
    run(Settings::parse()).unwrap_or_else(|error| {
        say(&format!("error: {error:#}"));
        ExitCode::from(2)
    })
}

fn run(settings: Settings) -> Result<ExitCode> {
    let repository = settings.repository.canonicalize().context("there is no such repository")?;
    let infra = repository.join("infra");
    if settings.docs {
        for path in gates::write_documents(&infra)? {
            say(&format!("infra/{path}/README.md written"));
        }
        return Ok(ExitCode::SUCCESS);
    }
    std::fs::create_dir_all(&settings.work)?;
    let gates = Gates { repository, infra, work: settings.work.canonicalize()?, only: settings.only };
    if let Some(count) = settings.mutate {
        let seed = settings.seed.unwrap_or_else(|| rand::random_range(0..1_000_000));
        say(&format!("breaking {count} settings; again with --mutate {count} --seed {seed}"));
        let all = mutation::load(&gates.repository.join("infra/check/mutations.toml"))?;
        let surprises = mutation::run(&gates, &mutation::choose(&all, count, seed), &say)?;
        return Ok(if surprises.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let findings = if settings.tier == 0 { gates.tier0(&say)? } else { gates.tier1(&say)? };
    let (text, holds) = report::print(&findings);
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Progress goes where it does not mix with the result.
fn say(text: &str) {
    // Nobody is left to tell that stderr is closed.
    let _ = writeln!(std::io::stderr(), "{text}");
}
