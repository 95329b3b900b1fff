//! The product proof: an expression that only something that computes turns into its product (catalogue section 3).

use std::ops::Range;

use rand::RngExt as _;

/// Two random factors whose product stands for "it was executed".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Product {
    /// First factor.
    pub(crate) left: u64,
    /// Second factor.
    pub(crate) right: u64,
}

/// The marks around the expression.
pub(crate) const MARK: (&str, &str) = ("mcpaK", "K");

impl Product {
    /// Two fresh numbers of five digits.
    pub(crate) fn fresh() -> Self {
        let mut random = rand::rng();
        Self { left: random.random_range(10_000..100_000), right: random.random_range(10_000..100_000) }
    }

    /// The expression: `12345*67890`.
    pub(crate) fn expression(self) -> String {
        format!("{}*{}", self.left, self.right)
    }

    /// What it becomes when something computes it.
    pub(crate) fn value(self) -> String {
        (self.left * self.right).to_string()
    }

    /// Where the product stands between the marks, and nothing else does.
    pub(crate) fn proven(self, text: &str) -> Option<Range<usize>> {
        let proof = format!("{}{}{}", MARK.0, self.value(), MARK.1);
        text.find(&proof).map(|at| at..at + proof.len())
    }

    /// Where the bare product stands, as a number of its own.
    pub(crate) fn bare(self, text: &str) -> Option<Range<usize>> {
        let value = self.value();
        let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        let bytes = text.as_bytes();
        text.match_indices(&value).map(|(at, _)| at..at + value.len()).find(|range| {
            let before = range.start.checked_sub(1).and_then(|at| bytes.get(at));
            !is_digit(before) && !is_digit(bytes.get(range.end))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_computed_product_is_a_proof() {
        let product = Product { left: 12_345, right: 10_000 };
        assert_eq!(product.proven("x mcpaK123450000K y"), Some(2..17));
        assert_eq!(product.proven("x mcpaK$((12345*10000))K y"), None);
        assert_eq!(product.bare("= 123450000\n"), Some(2..11));
        assert_eq!(product.bare("9123450000"), None);
    }
}
