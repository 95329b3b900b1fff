//! Row 40: the README of a module lists what the code takes and gives; this writes the list and compares it.

use std::fmt::Write as _;

use hcl_edit::structure::Block;

use crate::hcl;
use crate::outcome::Outcome;
use crate::tree::{Kind, Root, Tree};

const BEGIN: &str = "<!-- interface -->";
const END: &str = "<!-- /interface -->";

pub(super) fn check(tree: &Tree) -> Outcome {
    let mut outcome = Outcome::default();
    for root in documented(tree) {
        let path = &root.path;
        let Some(readme) = &root.readme else {
            outcome.note(Some(format!("{path} has no README.md")));
            continue;
        };
        let Some(written) = with_interface(root, readme) else {
            outcome.note(Some(format!("{path}/README.md has no lines `{BEGIN}` and `{END}`")));
            continue;
        };
        outcome.note(
            (written != *readme).then(|| format!("{path}/README.md differs from the code: run `infra-check --docs`")),
        );
    }
    outcome
}

/// Folders that others call.
pub fn documented(tree: &Tree) -> impl Iterator<Item = &Root> {
    tree.roots.iter().filter(|root| root.kind != Kind::Example)
}

/// The README with the list between its markers made anew; nothing where it has no markers.
pub fn with_interface(root: &Root, readme: &str) -> Option<String> {
    let (before, rest) = readme.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{}{END}{after}", interface(root)))
}

fn interface(root: &Root) -> String {
    let mut text = String::new();
    let mut variables: Vec<_> = root.blocks("variable").collect();
    if !variables.is_empty() {
        text.push_str("| Input | Type | Default | What |\n| --- | --- | --- | --- |\n");
        // Those that must be given first, each group as in the source.
        variables.sort_by_key(|block| block.body.has_attribute("default"));
        for block in variables {
            let kind = source(block, "type").map_or_else(|| "any".to_owned(), |text| code(&text));
            let default = source(block, "default").map_or_else(|| "required".to_owned(), |text| code(&text));
            let _ = writeln!(text, "| `{}` | {kind} | {default} | {} |", hcl::label(block, 0), description(block));
        }
    }
    let outputs: Vec<_> = root.blocks("output").collect();
    if !outputs.is_empty() {
        text.push_str("\n| Output | What |\n| --- | --- |\n");
        for block in outputs {
            let _ = writeln!(text, "| `{}` | {} |", hcl::label(block, 0), description(block));
        }
    }
    text
}

fn description(block: &Block) -> String {
    hcl::text(&block.body, "description").unwrap_or_default().replace('|', "\\|")
}

/// An expression on one line, without comments.
fn source(block: &Block, key: &str) -> Option<String> {
    let text = hcl::expression(&block.body, key)?.to_string();
    let lines = text.lines().map(|line| line.split(" #").next().unwrap_or(line).trim());
    let words: Vec<&str> = lines.filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect();
    let line =
        words.join(" ").replace("( ", "(").replace(" )", ")").replace("[ ", "[").replace(", ]", "]").replace(" ]", "]");
    Some(line)
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::tests::faults;

    const CODE: &str = "variable \"days\" {\n  description = \"Days to keep a | b.\"\n  type = number\n  default = 30\n}\n\
                        variable \"names\" {\n  description = \"Whose.\"\n  type = map(object({\n    # why\n    first = string\n  }))\n}\n\
                        output \"arn\" {\n  description = \"Where.\"\n  value = 1\n}\n";

    fn tree(readme: &str) -> Tree {
        let files = [("modules/logs/main.tf", CODE), ("modules/logs/README.md", readme)];
        Tree::from_files(files.map(|(path, text)| (path.to_owned(), text.to_owned()))).expect("the fixture parses")
    }

    #[test]
    fn the_list_is_made_of_the_code() {
        let readme = format!("# Logs\n\n{BEGIN}\n{END}\n\nMore.\n");
        let written = with_interface(&tree(&readme).roots[0], &readme).expect("the markers are there");
        insta::assert_snapshot!(written, @r"
        # Logs

        <!-- interface -->
        | Input | Type | Default | What |
        | --- | --- | --- | --- |
        | `names` | `map(object({ first = string }))` | required | Whose. |
        | `days` | `number` | `30` | Days to keep a \| b. |

        | Output | What |
        | --- | --- |
        | `arn` | Where. |
        <!-- /interface -->

        More.
        ");
        assert!(check(&tree(&written)).faults.is_empty());
    }

    #[test]
    fn a_readme_that_lags_behind_is_told() {
        let stale = format!("{BEGIN}\n| `days` |\n{END}\n");
        let with = |readme: &str| faults(check, &[("modules/logs/main.tf", CODE), ("modules/logs/README.md", readme)]);
        assert!(with(&stale)[0].contains("--docs"));
        assert!(with("# Logs\n")[0].contains("has no lines"));
        assert!(faults(check, &[("modules/logs/main.tf", CODE)])[0].contains("no README.md"));
    }
}
