//! Parsing within bounds: the trees of `tree-sitter`, which knows broken code too.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use tree_sitter::{Node, ParseOptions, Parser, Tree};

use crate::program::Place;

/// How long the parser may take for a file. A megabyte takes a tenth of it; a hostile file may send it searching for a way to
/// read what is no code.
const MAX_PARSE_TIME: Duration = Duration::from_secs(3);
/// How many nodes a tree may have.
const MAX_NODES: usize = 1_000_000;
/// How deep code may nest; below, nothing is read. Code that people write has a third of it.
pub(crate) const MAX_NESTING: usize = 120;

/// How many cases of one `match` or `switch` are read: each nests in the one before.
pub(crate) const MAX_BRANCHES: usize = 300;

/// The language of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Python.
    Python,
    /// JavaScript, with JSX.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
}

impl Language {
    /// The language of a path, by its ending. Declarations (`.d.ts`) hold no code, and minified files none that anybody reads.
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        if name.contains(".d.") || name.contains(".min.") {
            return None;
        }
        match name.rsplit_once('.')?.1 {
            "py" => Some(Self::Python),
            "js" | "mjs" | "cjs" | "jsx" => Some(Self::JavaScript),
            "ts" | "mts" | "cts" => Some(Self::TypeScript),
            "tsx" => Some(Self::Tsx),
            _ => None,
        }
    }

    fn grammar(self) -> tree_sitter::Language {
        match self {
            Self::Python => tree_sitter_python::LANGUAGE.into(),
            Self::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
            Self::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
            Self::Tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
        }
    }
}

/// Parses a text, or tells why not.
pub(crate) fn parse(language: Language, text: &str) -> Result<Tree, String> {
    let mut parser = Parser::new();
    parser.set_language(&language.grammar()).map_err(|error| format!("cannot be parsed: {error}"))?;
    let begun = Instant::now();
    let mut watch = |_: &tree_sitter::ParseState| {
        if begun.elapsed() < MAX_PARSE_TIME { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut watch);
    let mut read = |at: usize, _| text.as_bytes().get(at..).unwrap_or_default();
    let tree = parser.parse_with_options(&mut read, None, Some(options));
    let tree = tree.ok_or_else(|| format!("parsing took more than {} seconds", MAX_PARSE_TIME.as_secs()))?;
    if tree.root_node().descendant_count() > MAX_NODES {
        return Err(format!("more than {MAX_NODES} pieces of code"));
    }
    Ok(tree)
}

/// The text of a file and how its nodes are read.
#[derive(Clone, Copy)]
pub(crate) struct Text<'t>(pub(crate) &'t str);

impl<'t> Text<'t> {
    pub(crate) fn of(self, node: Node) -> &'t str {
        self.0.get(node.byte_range()).unwrap_or_default()
    }

    /// The text of a field, or nothing.
    pub(crate) fn field(self, node: Node, field: &str) -> &'t str {
        node.child_by_field_name(field).map_or("", |child| self.of(child))
    }
}

/// The named children without comments.
pub(crate) fn children(node: Node) -> Vec<Node> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| child.kind() != "comment").collect()
}

/// The children of a field.
pub(crate) fn children_of<'n>(node: Node<'n>, field: &str) -> Vec<Node<'n>> {
    let mut cursor = node.walk();
    node.children_by_field_name(field, &mut cursor).filter(|child| child.kind() != "comment").collect()
}

pub(crate) fn line(node: Node) -> u32 {
    u32::try_from(node.start_position().row).unwrap_or(u32::MAX).saturating_add(1)
}

pub(crate) fn place(node: Node) -> Place {
    Place { start: node.start_byte(), end: node.end_byte(), line: line(node) }
}

/// Literal text without the characters that stand for unknown parts, and no longer than anybody needs.
pub(crate) fn literal(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || c.is_whitespace()).take(2_000).collect()
}
