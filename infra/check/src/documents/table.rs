//! Tables in Markdown.

/// Rows of cells, without the heading.
pub(super) type Table = Vec<Vec<String>>;

/// The first table below a heading (`## mcp_prod`), or of the whole text without one.
pub(super) fn below(text: &str, heading: Option<&str>) -> Option<Table> {
    let mut lines = text.lines();
    if let Some(heading) = heading {
        lines.find(|line| line.trim_start_matches('#').trim() == heading && line.starts_with('#'))?;
    }
    let rows: Vec<&str> =
        lines.skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|')).collect();
    (rows.len() > 2).then(|| rows.into_iter().skip(2).map(cells).collect())
}

fn cells(line: &str) -> Vec<String> {
    line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_found_below_its_heading() {
        let text =
            "# Costs\n\n| A |\n| - |\n| 1 |\n\n## shop\nText.\n\n| A | B |\n| - | - |\n| x | `y` |\n\nEnd | of it\n";
        assert_eq!(below(text, None), Some(vec![vec!["1".to_owned()]]));
        assert_eq!(below(text, Some("shop")), Some(vec![vec!["x".to_owned(), "`y`".to_owned()]]));
        assert_eq!(below(text, Some("desk")), None);
    }
}
