//! X5: `arn:aws:` holds in one partition only; the GovCloud and China partitions have names of their own.

use crate::outcome::Outcome;
use crate::tree::Tree;

pub(super) fn check(tree: &Tree) -> Outcome {
    let mut outcome = Outcome::default();
    for file in tree.roots.iter().flat_map(|root| &root.files) {
        let found = file.text.lines().position(|line| {
            let code = line.trim_start();
            !code.starts_with('#') && code.contains("arn:aws:")
        });
        outcome.note(found.map(|line| {
            format!(
                "infra/{}:{} names the partition: use data.aws_partition, and `^arn:aws[a-z-]*:` in patterns",
                file.path,
                line + 1
            )
        }));
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::tests::faults;

    #[test]
    fn the_partition_is_never_a_literal() {
        let literal = "locals {\n  topic = \"arn:aws:sns:eu-west-1:1:books\"\n}\n";
        let pattern = "# Not arn:aws: alone.\nlocals {\n  pattern = \"^arn:aws[a-z-]*:sns:\"\n}\n";
        assert!(faults(check, &[("modules/books/main.tf", literal)])[0].contains("infra/modules/books/main.tf:2"));
        assert!(faults(check, &[("modules/books/main.tf", pattern)]).is_empty());
    }
}
