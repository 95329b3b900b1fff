//! Tools that give two answers in turn, each made so that a check which looks only once would find or pass something.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use servers::{Call, Reply, Server, Tool, fixture};

use super::Case;

/// Slow at times, whatever it is asked for.
pub(super) const DELAYS: Case = Case {
    server: || {
        let slow = AtomicU64::new(0);
        one("check_host", "Checks whether a host answers.", "host", move |call| {
            let asks = call.text("host").contains("sleep");
            if asks && slow.fetch_add(1, Ordering::Relaxed) % 3 != 2 {
                // A tool that is slow at times, whatever it is asked for.
                std::thread::sleep(Duration::from_millis(3_200));
            }
            Reply::Text("The check is done.".to_owned())
        })
    },
    checks: &["MCPA-INP-004"],
};

/// Shows how a program is used, at times.
pub(super) const OPTIONS: Case = Case {
    server: || {
        let usage = text("usage: history [--long] <branch>");
        server_of(alternating("get_history", parameter("branch"), text("Mend the lamp."), usage))
    },
    checks: &["MCPA-INP-005"],
};

/// Has trouble with its database, at times.
pub(super) const DATABASE: Case = Case {
    server: || {
        let broken = failure("unrecognized token: \"'\"");
        server_of(alternating("get_shop", parameter("name"), text("It is open all day."), broken))
    },
    checks: &["MCPA-INP-006"],
};

/// Answers in other words each time.
pub(super) const WORDS: Case = Case { server: || (fixture("unstable-answers").build)(), checks: &["MCPA-INP-007"] };

/// Finds one line or three.
pub(super) const RECORDS: Case = Case {
    server: || {
        let all = text("Ann: room three\nBen: room five\nCem: room seven");
        server_of(alternating("get_extension", parameter("person"), text("Nobody has this name."), all))
    },
    checks: &["MCPA-INP-008"],
};

/// Refuses a path at one time and looks for it at another.
pub(super) const FOLDERS: Case = Case {
    server: || {
        let denied = failure("access denied: only /srv/archive can be read");
        server_of(alternating("get_document", parameter("path"), denied, failure("no such file")))
    },
    checks: &["MCPA-INP-010"],
};

/// Without a listener that would be called, only the words of an answer tell what was tried.
pub(super) const ADDRESSES: Case = Case {
    server: || {
        let nobody = failure("connect ECONNREFUSED");
        server_of(alternating("get_title", parameter("url"), nobody, failure("this page has no title")))
    },
    checks: &["MCPA-INP-013", "MCPA-INP-015"],
};

/// Fails as a whole, at times.
pub(super) const FAILURES: Case = Case {
    server: || server_of(alternating("get_note", parameter("text"), text("Water the plants."), Reply::Broken)),
    checks: &["MCPA-INP-022"],
};

/// Answers at length or in brief.
pub(super) const SIZES: Case = Case {
    server: || {
        let limit = json!({ "limit": { "type": "integer", "minimum": 1, "description": "The most lines." } });
        let (short, long) = (text("a line"), text("a line\n".repeat(100_000)));
        server_of(alternating("list_lines", limit, long, short))
    },
    checks: &["MCPA-CE-005"],
};

/// Answers in words or in a structure.
pub(super) const SHAPES: Case = Case {
    server: || {
        let shaped = Reply::Structured(json!({ "sky": "clear", "wind": { "metres": 2 } }));
        server_of(alternating("get_sky", json!({}), text("clear"), shaped))
    },
    checks: &["MCPA-RP-008"],
};

/// Repeats a parameter in a header, and fails at times.
pub(super) const HEADERS: Case = Case {
    server: || {
        let coast = json!({ "region": { "type": "string", "enum": ["north", "south"], "x-mcp-header": "Region" } });
        server_of(alternating("get_tide", coast, text("2 m"), failure("The sea is away.")))
    },
    checks: &["MCPA-PR-002"],
};

fn parameter(name: &str) -> Value {
    json!({ name: { "type": "string", "maxLength": 4_000, "description": "What is asked for." } })
}

/// An answer in words.
pub(super) fn text(text: impl Into<String>) -> Reply {
    Reply::Text(text.into())
}

/// A failure that the model sees.
pub(super) fn failure(text: &str) -> Reply {
    Reply::Failure(text.to_owned())
}

/// A reading tool with two answers that it gives in turn, whatever it is asked.
pub(super) fn alternating(name: &str, properties: Value, odd: Reply, even: Reply) -> Tool {
    let answer = move |call: &Call<'_>| if call.number % 2 == 1 { odd.clone() } else { even.clone() };
    Tool::new(name, "Returns what there is to know.", properties, answer).reading()
}

/// A server of one tool, without a limit to calls.
pub(super) fn server_of(tool: Tool) -> Server {
    Server::new("front-desk").tool(tool).unlimited()
}

/// A server of one reading tool with one parameter.
fn one(
    name: &str,
    description: &str,
    argument: &str,
    answer: impl Fn(&Call<'_>) -> Reply + Send + Sync + 'static,
) -> Server {
    server_of(Tool::new(name, description, parameter(argument), answer).reading())
}
