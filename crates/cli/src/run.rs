//! The command `test` with one server: connect, run, show.

use std::path::PathBuf;

use contracts::audit::{Audit, Level};
use contracts::documents::ReportFormat;
use contracts::progress::{Phase, Step};
use engine::check::Mode;
use engine::{ChildNetwork, ConnectError, EvidenceKey, GroupResult, Options, Session, Target};
use outbound::OutboundError;

use crate::arguments::{Format, StdioNet, Test};
use crate::credentials::Header;
use crate::gate::{self, Exit};
use crate::interrupts::Interrupts;
use crate::packages::Given;
use crate::progress::{Display, Shown};
use crate::{companions, credentials, installation, output, packages, table};

/// Why there is no result.
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        // The engine knows no options of this program.
        let option = match &error {
            ConnectError::NeedsCredentials { .. } => ": `--header 'Authorization: Bearer …'`",
            ConnectError::Refused(OutboundError::Address { .. }) => {
                ": `--allow-private` allows addresses of your own network"
            }
            _ => "",
        };
        Self { exit: Exit::Unreachable, message: format!("{error}{option}") }
    }
}

pub(crate) fn internal(message: String) -> Failure {
    Failure { exit: Exit::Internal, message }
}

/// Runs a test and shows its result.
pub(crate) async fn test(arguments: &Test) -> Result<Exit, Failure> {
    if arguments.format == Format::Pdf && arguments.output.is_none() && output::is_terminal() {
        let message = "a PDF is not for the terminal: add `--output report.pdf`".to_owned();
        return Err(usage(message));
    }
    let interrupts = Interrupts::listen();
    let display = Display::new(arguments.quiet);
    let prepared = prepared(arguments, target(arguments)?, installation::evidence_key())?;
    let auditing = audit(prepared, &display, &interrupts);
    let finished = tokio::select! {
        finished = interrupts.telling(&display, auditing) => finished,
        // Somebody who presses Ctrl-C twice wants to leave, whatever is lost.
        () = interrupts.reach(2) => {
            display.clear();
            return Ok(Exit::Interrupted);
        }
    };
    display.clear();
    let (audit, interrupted) = finished?;
    let bytes = render(&audit, arguments.format)?;
    output::write(&bytes, arguments.output.as_deref()).map_err(internal)?;
    if let Some(path) = &arguments.output {
        display.say(&format!("wrote {}", path.display()));
    }
    Ok(if interrupted {
        Exit::Interrupted
    } else {
        gate::judge(&audit, arguments.fail_on.severity(), arguments.allow_incomplete)
    })
}

/// A test before anything is sent.
pub(crate) struct Prepared {
    pub(crate) target: Target,
    pub(crate) options: Options,
    pub(crate) given: Given,
    /// Where what the server declares is written, as approved.
    pub(crate) approve: Option<PathBuf>,
}

/// Reads what the command line names.
pub(crate) fn prepared(arguments: &Test, target: Target, key: EvidenceKey) -> Result<Prepared, Failure> {
    let options = options(arguments, &target, key)?;
    let given = packages::given(arguments).map_err(usage)?;
    Ok(Prepared { target, options, given, approve: arguments.approve.clone() })
}

/// Tests a server. Returns the result, and whether it was cut short.
pub(crate) async fn audit(
    prepared: Prepared,
    shown: &dyn Shown,
    interrupts: &Interrupts,
) -> Result<(Audit, bool), Failure> {
    let Prepared { target, options, given, approve } = prepared;
    let level = options.level;
    shown.on(Step::Phase { phase: Phase::Connect });
    let interrupted = Failure { exit: Exit::Interrupted, message: "interrupted before the server answered".to_owned() };
    let opened = tokio::select! {
        opened = open(target, options, given, shown) => opened?,
        () = interrupts.reach(1) => return Err(interrupted),
    };
    let (groups, interrupted) = {
        let running = groups(&opened, level, shown);
        tokio::pin!(running);
        tokio::select! {
            groups = &mut running => (groups, false),
            () = interrupts.reach(1) => {
                opened.cancel();
                (running.await, true)
            }
        }
    };
    shown.on(Step::Phase { phase: Phase::Aggregate });
    let audit = opened.finish(groups);
    if let Some(file) = &approve
        && opened.obstacle().is_some()
    {
        shown.say(&format!("nothing is known about the server, so nothing was approved: {}", file.display()));
    } else if let Some(file) = &approve {
        companions::approve(&opened.baseline().await, file).map_err(internal)?;
        shown.say(&format!("approved what the server declares now: {}", file.display()));
    }
    opened.close().await;
    Ok((audit, interrupted))
}

pub(crate) fn usage(message: String) -> Failure {
    Failure { exit: Exit::Usage, message }
}

fn options(arguments: &Test, target: &Target, evidence_key: EvidenceKey) -> Result<Options, Failure> {
    let headers = |headers: &[Header], option| credentials::read(headers, option).map_err(usage);
    let baseline = arguments.baseline.as_deref().map(companions::baseline).transpose().map_err(usage)?;
    let neighbours = arguments.set.as_deref().map(|file| companions::neighbours(file, target, &evidence_key));
    Ok(Options {
        level: arguments.level,
        mode: match (arguments.passive, arguments.active) {
            (true, _) => Mode::Passive,
            (false, false) => Mode::Safe,
            (false, true) => Mode::Active,
        },
        addresses: if arguments.allow_private {
            outbound::Policy::AllowPrivate
        } else {
            outbound::Policy::AllowLoopback
        },
        allowed_tools: arguments.allowed_tools.iter().cloned().collect(),
        evidence_key,
        baseline,
        neighbours: neighbours.transpose().map_err(usage)?,
        callback: arguments.callback.clone().unwrap_or_default(),
        authorities: arguments
            .ca_file
            .as_deref()
            .map(companions::authorities)
            .transpose()
            .map_err(usage)?
            .unwrap_or_default(),
        exposed: arguments.exposed,
        child_network: match arguments.stdio_net {
            StdioNet::Auto => ChildNetwork::Automatic,
            StdioNet::On => ChildNetwork::Shared,
            StdioNet::Off => ChildNetwork::Isolated,
        },
        public: arguments.public,
        second_credential: headers(&arguments.second_credential, "--credential2")?,
        second_is_read_only: arguments.second_is_read_only,
        expired_credential: headers(&arguments.expired_credential, "--expired-credential")?,
        foreign_credential: headers(&arguments.foreign_credential, "--foreign-credential")?,
        ..Options::default()
    })
}

async fn open(target: Target, options: Options, given: Given, shown: &dyn Shown) -> Result<Session, Failure> {
    let mut session = Session::connect(target, options).await?;
    shown.on(Step::Phase { phase: Phase::DiscoverTools });
    session.discover().await?;
    match given.assess(&session).await {
        Ok(packages) => session.tell_packages(packages),
        Err(error) => {
            session.close().await;
            return Err(usage(error));
        }
    }
    Ok(session)
}

fn target(arguments: &Test) -> Result<Target, Failure> {
    Ok(match (arguments.urls.first(), arguments.server.split_first()) {
        (None, Some((program, args))) => {
            Target::Stdio { program: program.clone(), args: args.to_vec(), env: arguments.env.clone() }
        }
        (Some(url), _) => {
            let headers = credentials::read(&arguments.headers, "--header").map_err(usage)?;
            Target::Http { url: url.clone(), headers }
        }
        (None, None) => unreachable!("the parser demands a URL or a command"),
    })
}

async fn groups(session: &Session, level: Level, shown: &dyn Shown) -> Vec<GroupResult> {
    let mut groups = Vec::new();
    for (phase, tests) in engine::waves(level) {
        if let Some(phase) = phase {
            shown.on(Step::Phase { phase });
        }
        groups.extend(session.run_all(&tests, shown).await);
    }
    groups
}

pub(crate) fn render(audit: &Audit, format: Format) -> Result<Vec<u8>, Failure> {
    let format = match format {
        Format::Table => return Ok(table::render(audit, table::width()).into_bytes()),
        Format::Json => ReportFormat::Json,
        Format::Sarif => ReportFormat::Sarif,
        Format::Html => ReportFormat::Html,
        Format::Pdf => ReportFormat::Pdf,
    };
    let context = report::Context {
        test_id: contracts::ids::TestId::random().to_string(),
        organization: None,
        generated_at: audit.finished_at,
    };
    report::render(audit, &context, format).map_err(|error| internal(format!("cannot make the report: {error}")))
}
