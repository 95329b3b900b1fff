//! The class table: which calls of a tool are allowed in which mode (catalogue section 2). It overrides every check.

use crate::check::Mode;
use crate::snapshot::Tool;
use crate::target::Options;
use crate::tool_class::ToolClass;

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    /// Harmless arguments, or an echo of a canary.
    Benign,
    /// Arguments that the tool's own schema forbids.
    SchemaInvalid,
    /// A payload that executes nothing, even in a vulnerable tool: an odd path, a quote, an extreme value.
    Probing,
    /// A payload that a vulnerable tool would execute: a product, a pause.
    Executing,
    /// One of many harmless calls that look for a rate limit. Not paced, and not counted as calls of the tool: the 60
    /// that catalogue section 2 allows are what the check of the limit sends.
    Burst,
}

/// What the run has seen of the server's validation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// A reading tool refused arguments that its schema forbids.
    pub(crate) validates: bool,
    /// A tool took at least two kinds of arguments that its schema forbids.
    pub(crate) ignores_schema: bool,
}

/// Whether a call is allowed. `calls` counts those that the tool has had.
pub(crate) fn permits(tool: &Tool, kind: CallKind, options: &Options, seen: Seen, calls: u32) -> bool {
    if options.mode == Mode::Passive {
        return false;
    }
    let active = options.is_active();
    let named = active && options.allowed_tools.contains(&tool.name);
    match (tool.class, kind) {
        (ToolClass::Read, CallKind::Benign | CallKind::SchemaInvalid) => true,
        (ToolClass::Read, CallKind::Probing | CallKind::Executing | CallKind::Burst)
        | (ToolClass::Unknown, CallKind::Benign | CallKind::Probing) => active,
        (ToolClass::Unknown, CallKind::SchemaInvalid) => active || seen.validates,
        (ToolClass::Unknown, CallKind::Executing) | (ToolClass::Write | ToolClass::Execution, CallKind::Benign) => {
            named
        }
        (ToolClass::Write | ToolClass::Execution, CallKind::SchemaInvalid) => active && !named && !seen.ignores_schema,
        (ToolClass::Destructive, CallKind::Benign) => named && calls == 0,
        (ToolClass::Unknown, CallKind::Burst)
        | (ToolClass::Write | ToolClass::Execution, CallKind::Probing | CallKind::Executing | CallKind::Burst)
        | (ToolClass::Destructive, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_table_of_the_catalogue_holds() {
        use CallKind::{Benign, Burst, Executing, Probing, SchemaInvalid};
        use ToolClass::{Destructive, Execution, Read, Unknown, Write};
        const KINDS: [CallKind; 5] = [Benign, SchemaInvalid, Probing, Executing, Burst];
        const ALL_BUT_BURST: [CallKind; 4] = [Benign, SchemaInvalid, Probing, Executing];
        // Columns: by default, by default after a tool was seen to validate, with --active, with --allow-tool.
        let table: &[(ToolClass, [&[CallKind]; 4])] = &[
            (Read, [&[Benign, SchemaInvalid], &[Benign, SchemaInvalid], &KINDS, &KINDS]),
            (Unknown, [&[], &[SchemaInvalid], &[Benign, SchemaInvalid, Probing], &ALL_BUT_BURST]),
            (Write, [&[], &[], &[SchemaInvalid], &[Benign]]),
            (Execution, [&[], &[], &[SchemaInvalid], &[Benign]]),
            (Destructive, [&[], &[], &[], &[Benign]]),
        ];
        for (class, columns) in table {
            let tool = Tool {
                name: "tool".to_owned(),
                title: None,
                description: None,
                input_schema: Value::Null,
                output_schema: Value::Null,
                annotations: Value::Null,
                raw: Value::Null,
                class: *class,
            };
            for (column, allowed) in columns.iter().enumerate() {
                let mut options =
                    Options { mode: if column >= 2 { Mode::Active } else { Mode::Safe }, ..Options::default() };
                // Naming a tool without --active means nothing.
                if column == 3 || column == 0 {
                    options.allowed_tools.insert("tool".to_owned());
                }
                let seen = Seen { validates: column == 1, ignores_schema: false };
                for kind in KINDS {
                    assert_eq!(
                        permits(&tool, kind, &options, seen, 0),
                        allowed.contains(&kind),
                        "{class:?}, column {column}, {kind:?}"
                    );
                }
                if *class == Destructive {
                    assert!(!permits(&tool, Benign, &options, seen, 1), "a destructive tool was called twice");
                }
                let ignoring = Seen { ignores_schema: true, ..seen };
                assert!(*class == Read || *class == Unknown || !permits(&tool, SchemaInvalid, &options, ignoring, 0));
            }
        }
    }
}
