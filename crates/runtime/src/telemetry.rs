//! Logs and spans.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::IsTerminal as _;
use std::panic::PanicHookInfo;

use anyhow::Context as _;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{error, warn};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::Settings;

/// What is said by default: our own news, and only trouble from libraries.
const DEFAULT_FILTER: &str = "info,aws_config=warn,aws_smithy_runtime=warn,h2=warn,hyper=warn,lambda_runtime=warn,opentelemetry=warn,opentelemetry_sdk=warn,redis=warn";

/// The exporter of spans, if there is one. It sends in the background, so it must be flushed before the process ends
/// or, inside Lambda, freezes.
#[derive(Debug, Clone)]
pub(crate) struct Telemetry {
    provider: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Starts logging to standard error: JSON lines, or text on a terminal or with `RUST_LOG_FORMAT=text`. `RUST_LOG`
    /// filters. A process that already logs, such as a test with several services, keeps its first choice.
    pub(crate) fn start(name: &'static str, settings: &Settings) -> anyhow::Result<Self> {
        let provider =
            settings.otlp_endpoint.as_deref().map(|endpoint| exporter(name, &settings.environment, endpoint));
        let provider = provider.transpose()?;
        let spans = provider.as_ref().map(|provider| tracing_opentelemetry::layer().with_tracer(provider.tracer(name)));

        let filter = match std::env::var("RUST_LOG") {
            Ok(filter) if !filter.is_empty() => filter.parse::<EnvFilter>().context("read RUST_LOG")?,
            _ => EnvFilter::new(DEFAULT_FILTER),
        };
        let text = match std::env::var("RUST_LOG_FORMAT").as_deref() {
            Ok("text") => true,
            Ok("json") => false,
            Ok(other) if !other.is_empty() => anyhow::bail!("RUST_LOG_FORMAT must be `text` or `json`, not `{other}`"),
            _ => std::io::stderr().is_terminal(),
        };
        let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
        let lines = if text {
            lines.with_ansi(std::io::stderr().is_terminal()).boxed()
        } else {
            lines.json().flatten_event(true).with_span_list(false).boxed()
        };
        if tracing_subscriber::registry().with(filter).with(lines).with(spans).try_init().is_ok() {
            std::panic::set_hook(Box::new(log_panic));
        } else {
            warn!("this process logs already, so the log settings of `{name}` have no effect");
        }
        Ok(Self { provider })
    }

    /// Sends what is buffered.
    pub(crate) async fn flush(&self) {
        self.blocking(SdkTracerProvider::force_flush).await;
    }

    /// Sends what is buffered and stops.
    pub(crate) async fn shut_down(&self) {
        self.blocking(SdkTracerProvider::shutdown).await;
    }

    async fn blocking(&self, work: fn(&SdkTracerProvider) -> opentelemetry_sdk::error::OTelSdkResult) {
        let Some(provider) = self.provider.clone() else { return };
        // The exporter's own thread answers; waiting for it must not stop this one.
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || work(&provider)).await {
            warn!("cannot export spans, is the collector at OTEL_EXPORTER_OTLP_ENDPOINT up? {error}");
        }
    }
}

/// One line like any other: a log collector would tear the default report apart.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
    let location = panic.location().map(ToString::to_string);
    error!(location, backtrace, "panicked: {}", panic.payload_as_str().unwrap_or("without a message"));
}

fn exporter(name: &'static str, environment: &str, endpoint: &str) -> anyhow::Result<SdkTracerProvider> {
    // The setting is the base of all signals; traces have this path below it (OTLP specification, "Endpoint URLs").
    let endpoint = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
    let exporter = SpanExporter::builder().with_http().with_endpoint(endpoint).build().context("export spans")?;
    let environment = KeyValue::new("deployment.environment.name", environment.to_owned());
    let resource = Resource::builder().with_service_name(name).with_attribute(environment).build();
    Ok(SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build())
}
