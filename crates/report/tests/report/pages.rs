//! Reads a PDF back: its text, and where each glyph stands.

use pdf_extract::{Document, MediaBox, OutputDev, OutputError, Transform, output_doc};

/// What a reader sees.
#[derive(Default)]
pub(crate) struct Pages {
    pub(crate) count: u32,
    /// All text, without white space, for lines break wherever they must, and without the backticks that become code.
    pub(crate) text: String,
    /// Glyphs that stand outside the page.
    pub(crate) outside: Vec<(u32, String, f64)>,
    right_edge: f64,
}

impl Pages {
    pub(crate) fn read(pdf: &[u8]) -> Self {
        let mut pages = Self::default();
        output_doc(&Document::load_mem(pdf).unwrap(), &mut pages).unwrap();
        pages
    }

    pub(crate) fn contains(&self, text: &str) -> bool {
        self.text.contains(&text.chars().filter(|character| is_kept(*character)).collect::<String>())
    }
}

impl OutputDev for Pages {
    fn begin_page(
        &mut self,
        number: u32,
        media: &MediaBox,
        _: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.count = self.count.max(number);
        self.right_edge = media.urx;
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        at: &Transform,
        width: f64,
        _: f64,
        size: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        // The matrix maps text space to the page; typst writes no rotated text.
        let right = at.m31 + width * size * at.m11.abs();
        if at.m31 < 0.0 || right > self.right_edge + 0.5 || at.m32 < 0.0 {
            self.outside.push((self.count, text.to_owned(), right));
        }
        self.text.extend(text.chars().filter(|character| is_kept(*character)));
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

fn is_kept(character: char) -> bool {
    !character.is_whitespace() && !matches!(character, '\u{200b}' | '`')
}
