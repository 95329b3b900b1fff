//! What a finding says, and what makes it the same in the next scan.

use super::{judge, python};

#[test]
fn a_finding_names_the_way_and_shows_the_line() {
    let helpers = "import os\n\ndef run(line):\n    os.system(line)\n";
    let text = python(helpers, "host: str", "command = f\"ping {host}\"\nrun(command)");
    let judgement = judge("src/server.py", &text);
    let [found] = &judgement.findings[..] else { panic!("{judgement:?}") };
    insta::assert_snapshot!(found.finding.message, @"the argument `host` of tool `work` reaches `os.system` (line 11: into `command`, line 12: into `run()`) without a check");
    assert_eq!((found.line, found.path.as_str()), (Some(5), "src/server.py"));
    assert_eq!(found.finding.location, "file:src/server.py");
    assert!(
        found.finding.evidence[0].excerpt.contains("def run(line):     os.system(line)"),
        "{:?}",
        found.finding.evidence
    );
    assert_eq!(found.finding.references[0].name, "CWE-78");
    assert!(!found.finding.by_design);
    let moved = judge("src/server.py", &text.replace("import os\n", "import os\n\n\n"));
    assert_eq!(moved.findings[0].finding.fingerprint, found.finding.fingerprint);
    assert_eq!(moved.findings[0].line, Some(7));
}

#[test]
fn a_tool_whose_purpose_it_is_is_said_to_be_one() {
    let text = python("import os", "command: str", "os.system(command)");
    let found = &judge("server.py", &text).findings[0].finding;
    assert!(
        found.by_design && found.message.ends_with("running the command that it is given is what the tool is for"),
        "{}",
        found.message
    );
}

#[test]
fn two_arguments_in_one_call_are_two_findings_and_equal_calls_one() {
    let text = python("import os", "a: str, b: str", "os.system(f\"x {a} {b}\")\nos.system(f\"y {a}\")");
    let findings = judge("server.py", &text).findings;
    let shown: Vec<(usize, Option<u32>)> =
        findings.iter().map(|found| (found.finding.evidence.len(), found.line)).collect();
    assert_eq!(shown, [(2, Some(7)), (1, Some(7))]);
}

#[test]
fn secrets_beside_a_call_are_masked() {
    for (kind, secret) in detect::testing::samples() {
        let text = python("import os", "host: str", &format!("os.system(f\"ping {{host}} --token {secret}\")"));
        let judgement = judge("server.py", &text);
        assert!(!format!("{judgement:?}").contains(&secret), "{kind}: {judgement:?}");
    }
}
