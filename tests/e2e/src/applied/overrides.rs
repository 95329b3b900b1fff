//! Override files, which Terraform and OpenTofu merge into the blocks that they name: what a copy of the infrastructure
//! has otherwise than the original.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context;
use hcl_edit::structure::Block;
use infra_check::hcl;
use infra_check::tree::Tree;

/// Overrides resources in every folder of a copy. `change` is asked for each, by its folder, what its block has otherwise.
pub(super) fn of_resources(
    copy: &Path,
    file: &str,
    mut change: impl FnMut(&str, &Block) -> Option<String>,
) -> anyhow::Result<()> {
    for folder in Tree::load(copy)?.roots {
        let mut overrides = String::new();
        for block in folder.blocks("resource") {
            if let Some(change) = change(&folder.path, block) {
                let (kind, name) = (hcl::label(block, 0), hcl::label(block, 1));
                writeln!(overrides, "resource \"{kind}\" \"{name}\" {{\n{change}}}")?;
            }
        }
        if !overrides.is_empty() {
            fs::write(copy.join(&folder.path).join(file), overrides).context("write an override")?;
        }
    }
    Ok(())
}
