//! Where results go, and the colours of the terminal.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anstyle::{AnsiColor, Color, Style};
use contracts::audit::{Severity, Verdict};

/// The word `error:`.
const ERROR: Style = bold(AnsiColor::Red);
/// What is less important.
pub(crate) const DIM: Style = Style::new().dimmed();
/// What is more important.
pub(crate) const BOLD: Style = Style::new().bold();

/// A coloured, bold style.
pub(crate) const fn bold(color: AnsiColor) -> Style {
    Style::new().bold().fg_color(Some(Color::Ansi(color)))
}

/// The colour of a severity.
pub(crate) fn of_severity(severity: Severity) -> Style {
    match severity {
        Severity::Critical => bold(AnsiColor::BrightRed),
        Severity::High => bold(AnsiColor::Red),
        Severity::Medium => bold(AnsiColor::Yellow),
        Severity::Low => bold(AnsiColor::Cyan),
        Severity::Info => DIM,
    }
}

/// The colour of a verdict.
pub(crate) fn of_verdict(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Fail => bold(AnsiColor::Red),
        Verdict::Warn => bold(AnsiColor::Yellow),
        Verdict::Pass => bold(AnsiColor::Green),
        Verdict::NotAssessed => DIM,
    }
}

/// Writes a result to a file or to standard output. A file is replaced as a whole or not at all.
pub(crate) fn write(bytes: &[u8], file: Option<&Path>) -> Result<(), String> {
    let written = match file {
        Some(path) => {
            let beside = path.with_extension("partial");
            fs::write(&beside, bytes)
                .and_then(|()| fs::rename(&beside, path))
                .map_err(|error| (path.display().to_string(), error))
        }
        None => standard_output(bytes).map_err(|error| ("standard output".to_owned(), error)),
    };
    written.map_err(|(place, error)| format!("cannot write to {place}: {error}"))
}

fn standard_output(bytes: &[u8]) -> io::Result<()> {
    // Strips colours where they are not wanted (NO_COLOR, a pipe).
    let mut output = anstream::stdout();
    match output.write_all(bytes).and_then(|()| output.flush()) {
        // Whoever reads, for example `head`, has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Says why there is no result.
pub(crate) fn complain(message: &str) {
    // Where nobody listens, nobody can be told.
    let _ = writeln!(anstream::stderr(), "{ERROR}error:{ERROR:#} {message}");
}

/// Whether people look at standard output.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}
