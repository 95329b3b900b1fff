//! Parameters that become a part of a database statement: a quote makes the database complain.

use std::ops::Range;
use std::sync::LazyLock;

use contracts::audit::{Confidence, NamedTest, Severity};
use regex::Regex;

use super::slots::{Probed, Slot, probe_each, slots};
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::checks::subject::{is_path, is_url};
use crate::probe::{CallKind, Probe, ProbeError};
use crate::tool_class::is_executed;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-006",
    title: "SQL injection by error",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Pass values to the database as bound parameters, never as a part of the statement.",
    tags: &[Tag::Cwe(89), Tag::McpTop10(5)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let slots = statement_slots(probe);
    probe_each(probe, &slots, "no tool takes text that could be looked up", |probe, slot| {
        Box::pin(probe_slot(probe, slot))
    })
    .await
}

/// Parameters that may become a part of a statement. Paths and addresses are looked for elsewhere, and a parameter that
/// is meant to be a statement is judged by the check of unbounded power.
pub(super) fn statement_slots(probe: &Probe) -> Vec<Slot<'_>> {
    slots(probe, |_, name, schema| !is_executed(name, schema) && !is_path(name, schema) && !is_url(name, schema))
}

async fn probe_slot(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    let Some(control) = slot.control(probe).await? else { return Ok(Probed::NotPermitted) };
    match control.map(|reply| database_error(&reply.text).is_some()) {
        [false, false] => {}
        [true, true] => return Ok(Probed::Sound),
        _ => return Ok(Probed::Unstable),
    }
    for (name, quote) in [("single-quote", "'"), ("double-quote", "\"")] {
        let send = async |quotes: usize| {
            let payload = format!("{}{}", slot.value, quote.repeat(quotes));
            slot.send(probe, payload, CallKind::Probing).await
        };
        let Some(broken) = send(1).await? else { return Ok(Probed::NotPermitted) };
        if database_error(&broken.text).is_none() {
            continue;
        }
        // A doubled quote is a quote within the text again; a database that complains about that too complains about
        // something else.
        let Some(escaped) = send(2).await? else { continue };
        let Some(again) = send(1).await? else { continue };
        if let (None, Some(range)) = (database_error(&escaped.text), database_error(&again.text)) {
            let message = "a quote in a parameter breaks the database statement that it becomes a part of";
            return Ok(Probed::proven(
                Draft::new(Severity::High, Confidence::Confirmed, slot.location(), message)
                    .distinct(name)
                    .sample(again.sample(range, format!("database-error:{name}"))),
            ));
        }
    }
    Ok(Probed::Sound)
}

/// Where a database complains about a statement.
fn database_error(text: &str) -> Option<Range<usize>> {
    static ERRORS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&[
            // SQLite.
            r"unrecognized token: \W|near \W{1,3}[^\n]{0,60}: syntax error|incomplete input\b|SQLITE_ERROR|sqlite3?\.(?:OperationalError|DatabaseError|Warning)",
            // MySQL and MariaDB.
            r"You have an error in your SQL syntax|ER_PARSE_ERROR|(?:pymysql|MySQLdb|mysql\.connector)\.",
            // PostgreSQL and its relatives.
            r"syntax error at (?:or near|end of input)|unterminated quoted (?:string|identifier)|psycopg2?\.(?:errors|\w*Error)|PG::SyntaxError|PSQLException",
            // SQL Server.
            r"Unclosed quotation mark|Incorrect syntax near|System\.Data\.SqlClient|\[SQL Server\]",
            // Oracle, DuckDB, ClickHouse, BigQuery, and whatever speaks SQLSTATE.
            r"\bORA-0(?:0933|1756|0921)\b|quoted string not properly terminated|Parser Error: (?:syntax error|unterminated)|DB::Exception: Syntax error|Unclosed string literal|SQLSTATE\[(?:42|HY)|Dynamic SQL Error",
        ].join("|"))
        .expect("a constant pattern is valid")
    });
    // The language of a full-text search has quotes of its own, which are no part of a statement.
    static FULL_TEXT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\bfts[345]\b|malformed MATCH|unterminated string$").expect("a constant pattern")
    });
    ERRORS.find(text).filter(|_| !FULL_TEXT.is_match(text.trim_end())).map(|found| found.range())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_are_recognised_by_their_complaints() {
        for said in [
            "unrecognized token: \"'\"",
            "near \"x\": syntax error",
            "You have an error in your SQL syntax; check the manual",
            "ERROR: unterminated quoted string at or near \"'\"",
            "ORA-01756: quoted string not properly terminated",
            "Unclosed quotation mark after the character string ''.",
            "{\"error\":\"SQLSTATE[42000]: Syntax error\"}",
        ] {
            assert!(database_error(said).is_some(), "{said}");
        }
        for said in [
            "the name must not hold quotes",
            "syntax error in the search: use words",
            "nothing near Oslo",
            "sqlite3.OperationalError: fts5: syntax error near \"\"",
            "sqlite3.OperationalError: unterminated string",
        ] {
            assert!(database_error(said).is_none(), "{said}");
        }
    }
}
