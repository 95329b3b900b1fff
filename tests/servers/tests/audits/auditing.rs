//! Audits of fixtures.

use contracts::audit::{Audit, Level};
use contracts::progress::Step;
use engine::check::Mode;
use engine::{Authority, ChildNetwork, EvidenceKey, Headers, Observer, Options, Session, Target};
use outbound::Policy;
use servers::{Fixture, Recorded, Running};

/// Hears nothing.
pub(crate) struct Silent;

impl Observer for Silent {
    fn on(&self, _: Step) {}
}

/// Options under which two audits of a fixture can be compared, whatever port it has.
pub(crate) fn options(fixture: &Fixture) -> Options {
    let usual = Options::default();
    Options {
        level: Level::Two,
        mode: if fixture.active { Mode::Active } else { Mode::Safe },
        addresses: Policy::AllowLoopback,
        target_id: Some(fixture.name.to_owned()),
        evidence_key: EvidenceKey([7; 32]),
        // The same on every machine: not all of them can cut a child off.
        child_network: ChildNetwork::Shared,
        longest_exchange: fixture.longest_exchange.unwrap_or(usual.longest_exchange),
        ..usual
    }
}

/// A running fixture as a target, with its token.
pub(crate) fn target(running: &Running) -> Target {
    Target::Http { url: running.url().parse().expect("a URL"), headers: bearer(running.token()) }
}

/// The same options with a second user and with the tokens that the server must refuse.
pub(crate) fn with_callers(options: Options, running: &Running) -> Options {
    Options {
        second_credential: bearer(running.second_token()),
        expired_credential: bearer(running.expired_token()),
        foreign_credential: bearer(running.foreign_token()),
        ..options
    }
}

fn bearer(token: Option<&str>) -> Headers {
    token.map(|token| ("Authorization".to_owned(), format!("Bearer {token}").into())).into_iter().collect()
}

/// A fixture as a child process.
pub(crate) fn child(fixture: &Fixture) -> Target {
    Target::Stdio {
        program: env!("CARGO_BIN_EXE_servers").to_owned(),
        args: vec!["stdio".to_owned(), fixture.name.to_owned()],
        env: Vec::new(),
    }
}

/// Audits a fixture: what was found, and what the server was sent.
pub(crate) async fn audit(fixture: &Fixture) -> (Audit, Vec<Recorded>) {
    if fixture.stdio {
        let audit =
            engine::audit(child(fixture), options(fixture), &Silent).await.expect("a server that can be audited");
        return (audit, Vec::new());
    }
    let running = servers::start(fixture);
    let authority = running.authority().map(|der| Authority::from_der(der).expect("an authority"));
    let usual = with_callers(options(fixture), &running);
    let options = Options { authorities: authority.into_iter().collect(), ..usual };
    let audit = engine::audit(target(&running), options, &Silent).await.expect("a server that can be audited");
    (audit, running.requests())
}

/// A connection to a running server that has listed what it offers.
pub(crate) async fn listed(running: &Running, options: Options) -> Session {
    let mut session = Session::connect(target(running), options).await.expect("a connection");
    session.discover().await.expect("lists");
    session
}
