//! The report for reading in a terminal.

use std::fmt::Write;

use contracts::audit::{Audit, Evidence, Finding, Grade, Severity, SeverityCounts};

use crate::output::{BOLD, DIM, bold, of_severity, of_verdict};

/// Columns of the terminal; 100 where there is none.
pub(crate) fn width() -> u16 {
    terminal_size::terminal_size().map_or(100, |(width, _)| width.0.clamp(60, 140))
}

/// Renders the whole report. What the server said in it is already harmless: the engine escaped it.
pub(crate) fn render(audit: &Audit, width: u16) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = header(&mut text, audit)
        .and_then(|()| verdicts(&mut text, audit))
        .and_then(|()| findings(&mut text, audit, width))
        .and_then(|()| coverage(&mut text, audit, width));
    text
}

fn header(text: &mut String, audit: &Audit) -> std::fmt::Result {
    let target = &audit.target;
    let name = target.server_name.as_deref().unwrap_or("unnamed server");
    let version = target.server_version.as_deref().unwrap_or("no version");
    writeln!(text, "\n{BOLD}{}{BOLD:#}", target.display)?;
    writeln!(
        text,
        "{DIM}{name} {version} · {} · MCP {} · {} tools, {} prompts, {} resources{DIM:#}",
        target.transport,
        target.protocol_versions.join(", "),
        target.tools,
        target.prompts,
        target.resources
    )?;
    let score = &audit.score;
    let style = match score.grade {
        Some(Grade::A | Grade::B) => bold(anstyle::AnsiColor::Green),
        Some(Grade::C | Grade::D) => bold(anstyle::AnsiColor::Yellow),
        Some(Grade::F) => bold(anstyle::AnsiColor::Red),
        None => DIM,
    };
    let grade = score.grade.map_or("no grade".to_owned(), |grade| format!("grade {grade}"));
    write!(text, "\nScore {style}{} of 100, {grade}{style:#}", score.total)?;
    if score.provisional {
        write!(text, " (provisional: {} % of the checks reached a verdict)", score.coverage.percent())?;
    }
    if let Some(ceiling) = &score.ceiling {
        write!(text, " {DIM}({ceiling}){DIM:#}")?;
    }
    writeln!(text)
}

fn verdicts(text: &mut String, audit: &Audit) -> std::fmt::Result {
    writeln!(text, "\n{DIM}{:<32}{:<14}{:<22}Findings{DIM:#}", "Test", "Verdict", "Checks")?;
    for result in &audit.tests {
        let style = of_verdict(result.verdict);
        let verdict = result.verdict.to_string().replace('_', " ");
        let checks = match result.undecided {
            0 => format!("{} decided", result.decided),
            undecided => format!("{} decided, {undecided} not", result.decided),
        };
        // Padded before it is coloured: escape sequences have no width.
        writeln!(
            text,
            "{:<32}{style}{verdict:<14}{style:#}{checks:<22}{}",
            result.test.title(),
            counts(result.findings)
        )?;
    }
    Ok(())
}

fn findings(text: &mut String, audit: &Audit, width: u16) -> std::fmt::Result {
    if audit.findings.is_empty() {
        return writeln!(text, "\nNo findings. That is what was checked, not what is safe: see the coverage below.");
    }
    let all: SeverityCounts = audit.findings.iter().map(|finding| finding.severity).collect();
    let word = if all.total() == 1 { "finding" } else { "findings" };
    writeln!(text, "\n{BOLD}{} {word}{BOLD:#}: {}", all.total(), counts(all))?;
    for finding in &audit.findings {
        one_finding(text, finding, width)?;
    }
    Ok(())
}

fn one_finding(text: &mut String, finding: &Finding, width: u16) -> std::fmt::Result {
    let style = of_severity(finding.severity);
    let severity = finding.severity.to_string().to_uppercase();
    writeln!(text, "\n{style}{severity:<8}{style:#} {BOLD}{}{BOLD:#}", finding.title)?;
    writeln!(text, "         {DIM}{} · {} · {}{DIM:#}", finding.check, finding.confidence, finding.location)?;
    paragraph(text, &finding.message, width)?;
    if let Some(Evidence { excerpt, .. }) = finding.evidence.first().filter(|evidence| !evidence.excerpt.is_empty()) {
        paragraph(text, &format!("seen: {excerpt}"), width)?;
    }
    paragraph(text, &format!("fix:  {}", finding.remediation), width)
}

fn coverage(text: &mut String, audit: &Audit, width: u16) -> std::fmt::Result {
    let decided = audit.checks.iter().filter(|check| check.outcome.is_decided()).count();
    let percent = audit.score.coverage.percent();
    writeln!(
        text,
        "\n{BOLD}Coverage{BOLD:#}: {decided} of {} checks reached a verdict, {percent} % by weight",
        audit.checks.len()
    )?;
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for check in &audit.checks {
        let Some(reason) = check.outcome.reason().filter(|_| check.outcome.is_undecided()) else { continue };
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, checks)) => checks.push(check.check.as_str()),
            None => reasons.push((reason, vec![check.check.as_str()])),
        }
    }
    for (reason, checks) in reasons {
        paragraph(text, &format!("not assessed, {reason}: {}", checks.join(", ")), width)?;
    }
    let warning = bold(anstyle::AnsiColor::Yellow);
    for reason in &audit.incomplete {
        writeln!(text, "{warning}INCOMPLETE{warning:#}")?;
        paragraph(text, reason, width)?;
    }
    for note in &audit.notes {
        paragraph(text, &format!("note: {note}"), width)?;
    }
    writeln!(
        text,
        "{DIM}{} requests sent, {} of them tool calls. A report to hand over: --format pdf --output report.pdf{DIM:#}",
        audit.traffic.requests, audit.traffic.tool_calls
    )
}

fn counts(counts: SeverityCounts) -> String {
    let worst_first = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
    let words: Vec<_> = worst_first
        .into_iter()
        .filter(|severity| counts.of(*severity) > 0)
        .map(|severity| {
            let style = of_severity(severity);
            format!("{style}{} {severity}{style:#}", counts.of(severity))
        })
        .collect();
    if words.is_empty() { "–".to_owned() } else { words.join(", ") }
}

/// Indented and wrapped at spaces; a longer word is cut at the edge.
pub(crate) fn paragraph(text: &mut String, words: &str, width: u16) -> std::fmt::Result {
    let room = usize::from(width).saturating_sub(9).max(20);
    let mut line = String::new();
    for word in words.split_whitespace() {
        let mut word: Vec<char> = word.chars().collect();
        while !word.is_empty() {
            let used = line.chars().count() + usize::from(!line.is_empty());
            if used + word.len() <= room {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.extend(word.drain(..));
            } else if line.is_empty() {
                line.extend(word.drain(..room));
            } else {
                writeln!(text, "         {line}")?;
                line.clear();
            }
        }
    }
    if line.is_empty() { Ok(()) } else { writeln!(text, "         {line}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_word_is_cut_at_the_edge() {
        let mut text = String::new();
        paragraph(&mut text, &format!("a {} b", "x".repeat(130)), 60).expect("text");
        assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
        assert_eq!(text.matches('x').count(), 130);
    }

    #[test]
    fn the_example_names_everything_that_people_look_for() {
        let audit: Audit = serde_json::from_str(include_str!("../../../contracts/examples/audit.v1.json"))
            .expect("the example parses");
        let text = anstream::adapter::strip_str(&render(&audit, 100)).to_string();
        for finding in &audit.findings {
            assert!(text.contains(finding.check.as_str()), "{text}");
        }
        assert!(text.contains("Coverage"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 200), "{text}");
    }
}
