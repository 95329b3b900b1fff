//! A whole test, from connecting to the score.

use contracts::audit::{Audit, Level, NamedTest};
use contracts::progress::{Phase, Step};
use strum::VariantArray as _;

use super::{ConnectError, Observer, Session};
use crate::target::{Options, Target};

/// Which named tests run side by side, wave by wave, and the phase that begins with a wave. What looks for limits comes
/// last and alone: who reaches a limit is refused for a while, whatever it asks for, and what others do at the same time
/// would spoil the measurement.
pub fn waves(level: Level) -> Vec<(Option<Phase>, Vec<NamedTest>)> {
    let of = |level: Level| {
        let tests = NamedTest::VARIANTS.iter().copied();
        tests.filter(|test| test.level() == level && *test != NamedTest::RateLimit).collect()
    };
    let mut waves = vec![(Some(Phase::Level1), of(Level::One))];
    if level == Level::Two {
        waves.push((Some(Phase::Level2), of(Level::Two)));
    }
    waves.push((None, vec![NamedTest::RateLimit]));
    waves
}

/// A whole test: the named tests wave by wave.
pub async fn audit(target: Target, options: Options, observer: &dyn Observer) -> Result<Audit, ConnectError> {
    let level = options.level;
    observer.on(Step::Phase { phase: Phase::Connect });
    let mut session = Session::connect(target, options).await?;
    observer.on(Step::Phase { phase: Phase::DiscoverTools });
    session.discover().await?;
    let mut groups = Vec::new();
    for (phase, tests) in waves(level) {
        if let Some(phase) = phase {
            observer.on(Step::Phase { phase });
        }
        groups.extend(session.run_all(&tests, observer).await);
    }
    observer.on(Step::Phase { phase: Phase::Aggregate });
    let audit = session.finish(groups);
    session.close().await;
    Ok(audit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_test_runs_once_and_limits_come_last_and_alone() {
        for level in [Level::One, Level::Two] {
            let waves = waves(level);
            let mut tests: Vec<NamedTest> = waves.iter().flat_map(|(_, tests)| tests.clone()).collect();
            assert_eq!(waves.last().map(|(_, tests)| tests.clone()), Some(vec![NamedTest::RateLimit]));
            let mut expected: Vec<NamedTest> =
                NamedTest::VARIANTS.iter().copied().filter(|test| test.level() <= level).collect();
            tests.sort_by_key(NamedTest::to_string);
            expected.sort_by_key(NamedTest::to_string);
            assert_eq!(tests, expected);
        }
    }
}
