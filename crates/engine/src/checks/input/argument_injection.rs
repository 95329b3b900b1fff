//! Parameters that become an option of the program that they are an argument of.

use std::ops::Range;
use std::sync::LazyLock;

use contracts::audit::{Confidence, NamedTest, Severity};
use regex::Regex;
use serde_json::Value;

use super::slots::{Probed, Slot, probe_each, slots};
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::checks::subject::{is_path, is_url};
use crate::probe::{CallKind, Probe, ProbeError};
use crate::tool_class::split;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-005",
    title: "Argument injection",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "End the options of a program with `--` before values of callers, and refuse values that begin with a dash.",
    tags: &[Tag::Cwe(88), Tag::McpTop10(5), Tag::Other("CVE-2025-68144")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let slots = slots(probe, |_, name, schema| names_argument(name, schema));
    let no_slot = "no tool takes a path, a branch, a revision or a pattern";
    probe_each(probe, &slots, no_slot, |probe, slot| Box::pin(probe_slot(probe, slot))).await
}

async fn probe_slot(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    let Some([first, second]) = slot.control(probe).await? else { return Ok(Probed::NotPermitted) };
    if usage(&first.text).is_some() != usage(&second.text).is_some() {
        return Ok(Probed::Unstable);
    }
    // Options are only looked at by name; none of these does anything but print.
    for option in [None, Some("--help"), Some("--version")] {
        let mut proof = None;
        // Twice: an unknown option under two names, a known one for being there again.
        for _ in 0..2 {
            let nonce = format!("mcpa{:08x}", rand::random::<u32>());
            let value = option.map_or_else(|| format!("--{nonce}"), str::to_owned);
            let Some(reply) = slot.send(probe, value, CallKind::Probing).await? else {
                return Ok(Probed::NotPermitted);
            };
            let found = match option {
                None => unknown_option(&reply.text, &nonce),
                Some(_) => usage(&reply.text),
            };
            proof = found.map(|range| (reply, range));
            if proof.is_none() {
                break;
            }
        }
        let Some((reply, range)) = proof else { continue };
        // A value without dashes must not be called an option, and usage must not be what the tool always says.
        let nonce = format!("mcpa{:08x}", rand::random::<u32>());
        let Some(control) = slot.send(probe, nonce.as_str(), CallKind::Probing).await? else { continue };
        if unknown_option(&control.text, &nonce).is_some() || usage(&control.text).is_some() {
            return Ok(Probed::Sound);
        }
        let kind = option.map_or("unknown-option", |option| option.trim_start_matches('-'));
        let message = "a parameter that begins with a dash is taken for an option of the program behind the tool";
        return Ok(Probed::proven(
            Draft::new(Severity::High, Confidence::Confirmed, slot.location(), message)
                .distinct(kind)
                .sample(reply.sample(range, format!("option:{kind}"))),
        ));
    }
    Ok(Probed::Sound)
}

/// Where a program says that it does not know the option. Options are quoted in many ways, some without their dashes.
fn unknown_option(text: &str, nonce: &str) -> Option<Range<usize>> {
    static UNKNOWN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)(?:(?:unknown|unrecogni[sz]ed|illegal|invalid|unsupported|bad) (?:command[- ]line )?(?:option|flag|switch)|unrecogni[sz]ed (?:argument|parameter)|unexpected argument|flag provided but not defined|no such option)s?\W{0,8}-{0,2}(mcpa[0-9a-f]{8})|(?:option|flag|argument)\W{1,4}--?(mcpa[0-9a-f]{8})\W{1,4}(?:is )?(?:not recogni[sz]ed|unknown|not defined)",
        )
        .expect("a constant pattern is valid")
    });
    UNKNOWN.captures_iter(text).find_map(|found| {
        let quoted = found.get(1).or_else(|| found.get(2))?;
        (quoted.as_str() == nonce).then(|| found.get(0).map(|whole| whole.range()))?
    })
}

/// Where a program prints its usage or its version.
fn usage(text: &str) -> Option<Range<usize>> {
    static USAGE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?im)^\W{0,2}usage: +\S+[^\n]*(?:\[[^\n\]]+\]|<[^\n>]+>|options|-)|^(?:git version|[a-z][\w.+-]{1,20} \((?:GNU|BSD)[^)\n]*\)|ripgrep|curl|ffmpeg version|ImageMagick|Version: ImageMagick) ?\d+\.\d+",
        )
        .expect("a constant pattern is valid")
    });
    USAGE.find(text).map(|found| found.range())
}

/// Whether a parameter is likely an argument of a program.
fn names_argument(name: &str, schema: &Value) -> bool {
    let argument = |word: &String| {
        matches!(
            word.as_str(),
            "branch"
                | "ref"
                | "revision"
                | "rev"
                | "commit"
                | "sha"
                | "tag"
                | "pattern"
                | "glob"
                | "regex"
                | "repo"
                | "repository"
                | "remote"
                | "target"
                | "base"
                | "head"
                | "package"
        )
    };
    !is_url(name, schema) && (is_path(name, schema) || split(name).iter().any(argument))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: &str = "mcpa0123abcd";

    #[test]
    fn programs_that_do_not_know_an_option_are_recognised() {
        for said in [
            "fatal: unrecognized argument: --mcpa0123abcd",
            "error: unknown option `mcpa0123abcd'",
            "grep: unrecognized option '--mcpa0123abcd'",
            "error: unexpected argument '--mcpa0123abcd' found",
            "flag provided but not defined: -mcpa0123abcd",
            "Option '--mcpa0123abcd' is not recognized",
        ] {
            assert!(unknown_option(said, NONCE).is_some(), "{said}");
        }
        for said in [
            "no such file: --mcpa0123abcd",
            "invalid value '--mcpa0123abcd': branch names must not begin with a dash",
            "unknown option: --mcpaffffffff",
            "--mcpa0123abcd",
        ] {
            assert!(unknown_option(said, NONCE).is_none(), "{said}");
        }
    }

    #[test]
    fn usage_of_a_program_is_recognised_and_words_about_it_are_not() {
        for said in [
            "usage: git log [<options>] [<path>]",
            "Usage: rg [OPTIONS] PATTERN",
            "git version 2.47.1",
            "grep (GNU grep) 3.11",
        ] {
            assert!(usage(said).is_some(), "{said}");
        }
        for said in ["the usage: see the handbook", "version 3 of the page", "--help"] {
            assert!(usage(said).is_none(), "{said}");
        }
    }
}
