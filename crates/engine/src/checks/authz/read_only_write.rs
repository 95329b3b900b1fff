//! Writing tools that a token which may only read gets as far as the arguments of.

use std::collections::BTreeSet;

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::shown;
use crate::checks::input::slots::unstable;
use crate::checks::second::{
    SecondCaller, call_as_second, invalid_calls, is_denial, is_same_failure, is_steady, second_caller,
};
use crate::checks::subject::over_network;
use crate::checks::token::Claims;
use crate::probe::{CallKind, Probe, ProbeError};
use crate::tool_class::{ToolClass, split};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AZ-007",
    title: "Write reachable with a read-only token",
    test: NamedTest::Authz,
    mode: Mode::Active,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Look at the scopes of the token before anything else of a call, and answer a missing one with 403 and `insufficient_scope`.",
    tags: &[Tag::Cwe(862), Tag::McpTop10(2)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Writing tools that are called.
const TOOLS: usize = 8;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let tools = &probe.snapshot().tools;
    let writes = |class: ToolClass| matches!(class, ToolClass::Write | ToolClass::Execution);
    if !tools.iter().any(|tool| writes(tool.class)) {
        return Ok(Verdict::not_applicable("the server has no tools that write or execute"));
    }
    let SecondCaller { headers, view } = match second_caller(probe).await? {
        Ok(caller) => caller,
        Err(verdict) => return Ok(verdict),
    };
    let may_only_read = probe.options().second_is_read_only
        || Claims::of(headers).is_some_and(|claims| are_for_reading(&claims.scopes()));
    if !may_only_read {
        return Ok(Verdict::needs_credentials(
            "nothing says that the second caller may only read: give a token with scopes for reading, or say so with `--credential2-read-only`",
        ));
    }
    let mut drafts = Vec::new();
    let (mut called, mut is_compared, mut is_unstable) = (0, false, false);
    // A tool that the second caller is not listed is the matter of another check.
    let known = |name: &str| view.tools.contains(name);
    for (tool, call) in
        invalid_calls(probe).await?.into_iter().filter(|(tool, _)| writes(tool.class) && known(&tool.name))
    {
        if called >= TOOLS {
            break;
        }
        let answer = match call_as_second(probe, headers, tool, &call.arguments, CallKind::SchemaInvalid).await {
            Ok(answer) => answer,
            // A tool that is left alone is no reason to leave out the others.
            Err(ProbeError::Budget(_) | ProbeError::NotPermitted | ProbeError::Timeout(_)) => continue,
            Err(error) => return Err(error),
        };
        called += 1;
        if !is_steady(probe, tool, call).await? {
            is_unstable = true;
            continue;
        }
        is_compared = true;
        if !is_same_failure(&answer, &call.answer, &[]) || is_denial(&answer.exchange) {
            continue;
        }
        let message = "a tool that writes looks at the arguments of a caller who may only read, and does not refuse it";
        let exchange = &answer.exchange;
        let sample = Sample::whole(shown(exchange), "differential").after(exchange.request.clone(), exchange.status);
        let severity = over_network(Severity::Medium, probe.snapshot());
        drafts.push(Draft::new(severity, Confidence::Likely, tool.location(), message).sample(sample));
    }
    Ok(match () {
        () if called == 0 => {
            Verdict::not_applicable("no tool that writes may be called with arguments that it must refuse")
        }
        () if is_unstable && !is_compared => unstable(),
        () => Verdict::Decided(drafts),
    })
}

/// Whether scopes allow reading and nothing else.
fn are_for_reading(scopes: &BTreeSet<&str>) -> bool {
    // Who somebody is, and whether a session can be prolonged, is no right to anything here.
    let is_neutral = |scope: &&&str| matches!(**scope, "openid" | "profile" | "email" | "offline_access");
    let reads = |scope: &&str| {
        let words = split(scope);
        words.iter().any(|word| matches!(word.as_str(), "read" | "readonly" | "view" | "viewer" | "list" | "get"))
            && !words.iter().any(|word| matches!(word.as_str(), "write" | "readwrite" | "admin" | "manage" | "all"))
    };
    let rights: Vec<&&str> = scopes.iter().filter(|scope| !is_neutral(scope)).collect();
    !rights.is_empty() && rights.into_iter().all(reads)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_for_reading_are_recognised() {
        let reading = |scopes: &[&str]| are_for_reading(&scopes.iter().copied().collect());
        assert!(reading(&["notes:read", "openid"]));
        assert!(reading(&["Files.Read", "mail.readonly"]));
        assert!(!reading(&["notes:read", "notes:write"]));
        assert!(!reading(&["Files.ReadWrite"]));
        assert!(!reading(&["openid", "profile"]));
        assert!(!reading(&["mcp"]));
        assert!(!reading(&[]));
    }
}
