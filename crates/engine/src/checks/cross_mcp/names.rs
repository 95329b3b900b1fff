//! Names that are nearly equal.

/// Whether one insertion, deletion or replacement makes one of the other.
pub(super) fn is_one_edit(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if long.len() - short.len() > 1 || short == long {
        return false;
    }
    let same = short.iter().zip(&long).take_while(|(a, b)| a == b).count();
    let rest = if short.len() == long.len() { same + 1 } else { same };
    short.get(rest..) == long.get(same + 1..)
}

/// Names that differ in their digits only: `query_v1`, `query_v2`.
pub(super) fn are_versions(one: &str, other: &str) -> bool {
    let without_digits = |name: &str| name.replace(|c: char| c.is_ascii_digit(), "");
    without_digits(one) == without_digits(other)
}

/// Whether two different names look the same (UTS 39).
pub(super) fn look_alike(one: &str, other: &str) -> bool {
    one != other && unicode_security::skeleton(one).eq(unicode_security::skeleton(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_letters_and_by_looks() {
        assert!(is_one_edit("get_note", "get_notes") && is_one_edit("get_note", "got_note"));
        assert!(!is_one_edit("get_note", "get_note") && !is_one_edit("get_note", "list_note"));
        assert!(are_versions("query_v1", "query_v12") && !are_versions("query_a", "query_b"));
        assert!(look_alike("read_mai1", "read_mail") && look_alike("r\u{435}ad", "read"));
        assert!(!look_alike("read", "read") && !look_alike("read", "lead"));
    }
}
