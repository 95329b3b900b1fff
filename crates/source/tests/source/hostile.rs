//! Code that nobody would write but to do harm: no panic, and bounds.

use std::time::{Duration, Instant};

use detect::evidence::{EvidenceKey, Masker};

use super::judge;

const PYTHON: &str = "from mcp.server.fastmcp import FastMCP\nimport os\nmcp = FastMCP('s')\n";
const SCRIPT: &str = "import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\n";

fn within_bounds(path: &str, text: &str) {
    let begun = Instant::now();
    // A reason not to read it is as good an answer as findings.
    let _ = source::judge(path, text.as_bytes(), &Masker::new(EvidenceKey([7; 32])));
    assert!(begun.elapsed() < Duration::from_secs(40), "{path}: {:?}", begun.elapsed());
}

#[test]
fn deep_and_long_code_is_read_within_bounds() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("not ", ""), ("lambda: ", ""), ("-", "")] {
        let nested = format!("{PYTHON}x = {}1{}\n", open.repeat(20_000), close.repeat(20_000));
        within_bounds("a.py", &nested);
    }
    for (open, close) in
        [("(", ")"), ("[", "]"), ("() => ", ""), ("`${", "}`"), ("!", ""), ("f(", ")"), ("a ? b : ", "")]
    {
        let nested = format!("{SCRIPT}const x = {}1{};\n", open.repeat(20_000), close.repeat(20_000));
        within_bounds("a.ts", &nested);
    }
    within_bounds("a.js", &format!("{SCRIPT}const x = z{};\n", ".a()".repeat(50_000)));
    within_bounds("a.py", &format!("{PYTHON}x = a{}\n", " + a".repeat(50_000)));
    let elses: Vec<String> = (0..5_000).map(|at| format!("  elif x == {at}:\n    y = x\n")).collect();
    within_bounds("a.py", &format!("{PYTHON}@mcp.tool()\ndef f(x: str):\n  if x:\n    pass\n{}", elses.concat()));
}

#[test]
fn the_deepest_code_in_functions_that_call_each_other_is_followed() {
    let mut text = PYTHON.to_owned();
    let (open, close) = ("str(".repeat(60), ")".repeat(60));
    for at in 0..8 {
        let ifs: Vec<String> = (0..40).map(|depth| format!("{}if x:\n", " ".repeat(depth + 1))).collect();
        let inner = " ".repeat(41);
        text.extend([format!("def f{at}(x):\n"), ifs.concat(), format!("{inner}f{}({open}x{close})\n", at + 1)]);
    }
    text.push_str("def f8(x):\n    pass\n@mcp.tool()\ndef work(x: str):\n    f0(x)\n    os.system('a ' + x)\n");
    assert_eq!(judge("a.py", &text).findings.len(), 1);
    let cases: Vec<String> = (0..2_000).map(|at| format!("case '{at}': exec('a ' + x); break;\n")).collect();
    within_bounds(
        "a.js",
        &format!("{SCRIPT}server.tool('a', async ({{ x }}) => {{ switch (x) {{ {} }} }});", cases.concat()),
    );
}

#[test]
fn functions_that_call_each_other_without_end_are_cut_and_told() {
    let mut text = PYTHON.to_owned();
    for at in 0..40 {
        let calls: Vec<String> = (0..40).map(|to| format!("    f{to}(x + '{to}')\n")).collect();
        text.extend([format!("def f{at}(x):\n"), calls.concat()]);
    }
    text.push_str("@mcp.tool()\ndef work(x: str):\n    os.system('a ' + x)\n    f0(x)\n");
    let judgement = judge("a.py", &text);
    assert_eq!(judgement.findings.len(), 1);
    let reason = judgement.incomplete.expect("a reason");
    assert_eq!(reason, "1 of 1 tools, resources and prompts are too intricate to be followed to their end");
}

#[test]
fn broken_code_is_read_as_far_as_it_goes() {
    let text =
        format!("{PYTHON}@mcp.tool()\ndef work(x: str):\n    os.system('a ' + x)\n\ndef broken(:\n  ]]] $$ \u{0} '''");
    assert_eq!(judge("a.py", &text).findings.len(), 1);
    let whole = format!("{PYTHON}@mcp.tool()\ndef work(x: str):\n    os.system(f'a {{x}} \u{e4}')\n");
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        within_bounds("a.py", &whole[..end]);
        within_bounds("a.tsx", &format!("{SCRIPT}{}", &whole[..end]));
    }
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let masker = Masker::new(EvidenceKey([7; 32]));
    let large = format!("{PYTHON}#{}", "a".repeat(source::MAX_FILE_BYTES));
    assert_eq!(source::judge("a.py", large.as_bytes(), &masker).unwrap_err(), "larger than 1 MiB");
    assert_eq!(source::judge("a.py", b"import mcp\n\xff", &masker).unwrap_err(), "not UTF-8 text");
    assert!(source::judge("README.md", b"import mcp", &masker).unwrap().findings.is_empty());
}
