//! Live progress: one bar per named test on a terminal, one line per step elsewhere.

use std::collections::HashMap;
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use contracts::audit::{NamedTest, Severity};
use contracts::progress::{Phase, Step};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::output;

/// Shows steps on standard error.
pub(crate) enum Display {
    /// Nothing.
    Quiet,
    /// Lines, for logs of CI.
    Lines,
    /// Bars.
    Bars(Bars),
}

/// The bars on a terminal.
pub(crate) struct Bars {
    all: MultiProgress,
    phase: ProgressBar,
    groups: Mutex<HashMap<NamedTest, ProgressBar>>,
}

impl Display {
    /// Bars on a terminal, lines elsewhere.
    pub(crate) fn new(quiet: bool) -> Self {
        if quiet {
            return Self::Quiet;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Lines;
        }
        let all = MultiProgress::new();
        let phase = all.add(ProgressBar::new_spinner());
        phase.enable_steady_tick(Duration::from_millis(120));
        Self::Bars(Bars { all, phase, groups: Mutex::default() })
    }

    /// Says something that stays.
    pub(crate) fn say(&self, text: &str) {
        match self {
            Self::Quiet => {}
            Self::Lines => line(text),
            Self::Bars(bars) => {
                // A terminal that went away needs no progress.
                let _ = bars.all.println(text);
            }
        }
    }

    /// Says how far the tests of several servers are; that stays in logs.
    pub(crate) fn count(&self, text: String) {
        match self {
            Self::Lines => line(&text),
            other => other.update(text),
        }
    }

    /// Says how far a scan is, in the place of what it said before. Logs need no such lines.
    pub(crate) fn update(&self, text: String) {
        if let Self::Bars(bars) = self {
            bars.phase.set_message(text);
        }
    }

    /// Removes the bars.
    pub(crate) fn clear(&self) {
        if let Self::Bars(bars) = self {
            bars.phase.finish_and_clear();
            let _ = bars.all.clear();
        }
    }
}

/// Where one test is shown.
pub(crate) trait Shown: engine::Observer {
    /// Says something that stays.
    fn say(&self, text: &str);
}

impl Shown for Display {
    fn say(&self, text: &str) {
        Self::say(self, text);
    }
}

/// Shows one test of several.
pub(crate) struct OneOfSeveral {
    /// Where all of them are shown.
    pub(crate) display: Arc<Display>,
    /// The server that is tested.
    pub(crate) server: String,
}

impl Shown for OneOfSeveral {
    fn say(&self, text: &str) {
        self.display.say(&format!("{}: {text}", self.server));
    }
}

impl engine::Observer for OneOfSeveral {
    fn on(&self, step: Step) {
        if let Some(text) = alarming(&step) {
            self.say(&text);
        }
    }
}

/// What a user hears at once, whatever else is shown.
fn alarming(step: &Step) -> Option<String> {
    let Step::Finding { severity, title, location, check, .. } = step else { return None };
    let style = output::of_severity(*severity);
    (*severity >= Severity::High).then(|| format!("{style}{severity}{style:#} {title} ({check}, {location})"))
}

impl engine::Observer for Display {
    fn on(&self, step: Step) {
        if let Some(text) = alarming(&step) {
            self.say(&text);
        }
        match (self, &step) {
            (Self::Lines, Step::Phase { phase }) => line(words(*phase)),
            (Self::Lines, Step::Group { test, done, total }) if done == total => {
                line(&format!("  {}: {total} checks", test.title()));
            }
            (Self::Bars(bars), Step::Phase { phase }) => bars.phase.set_message(words(*phase)),
            (Self::Bars(bars), Step::Group { test, done, total }) => bars.group(*test, *done, *total),
            _ => {}
        }
    }
}

impl Bars {
    fn group(&self, test: NamedTest, done: u32, total: u32) {
        // A poisoned lock only means that some other step panicked: bars carry nothing that could be broken.
        let mut groups = self.groups.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let bar = groups.entry(test).or_insert_with(|| {
            let style = ProgressStyle::with_template("  {prefix:<30} {bar:24.cyan/dim} {pos:>2}/{len:<2} {elapsed:>4}");
            let bar = ProgressBar::new(total.into()).with_prefix(test.title());
            self.all.add(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
        });
        bar.set_position(done.into());
        if done == total {
            bar.finish();
        }
    }
}

fn words(phase: Phase) -> &'static str {
    match phase {
        Phase::Connect => "Connecting",
        Phase::DiscoverTools => "Reading what the server offers",
        Phase::Level1 => "Level 1: the server's own security",
        Phase::Level2 => "Level 2: effects on the model and other servers",
        Phase::Aggregate => "Scoring",
    }
}

fn line(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}
