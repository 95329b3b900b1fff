//! All services as real processes on one set of cloud resources.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use futures_util::future::try_join_all;
use strum::VariantArray;

use crate::cloud::root;
use crate::{Cloud, Process};

/// How long a service may take from its start to its first healthy answer.
const START: Duration = Duration::from_secs(20);

/// Key material for a local cloud only. Deployed services get theirs from Secrets Manager.
const LOCAL_KEYS: &[(&str, &str)] = &[
    ("MCP_AUDIT_LINK_KEY", "local-cloud-link-key-that-protects-nothing-0000"),
    ("MCP_AUDIT_EVIDENCE_KEY", "10ca110ca110ca110ca110ca110ca110ca110ca110ca110ca110ca110ca110ca"),
];

/// A deployed service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::Display, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Service {
    /// REST.
    Api,
    /// Discovery.
    ScanWorker,
    /// Security tests.
    TestOrchestrator,
    /// Report files.
    ReportGenerator,
    /// E-mails.
    AlertSender,
    /// Usage.
    MeteringAggregator,
    /// WebSocket.
    ProgressFanout,
}

impl Service {
    /// The variable that names its queue, for those that have one.
    fn queue(self) -> Option<&'static str> {
        match self {
            Self::Api | Self::ProgressFanout => None,
            Self::ScanWorker => Some("MCP_AUDIT_SCAN_QUEUE_URL"),
            Self::TestOrchestrator => Some("MCP_AUDIT_TEST_QUEUE_URL"),
            Self::ReportGenerator => Some("MCP_AUDIT_REPORT_QUEUE_URL"),
            Self::AlertSender => Some("MCP_AUDIT_ALERT_QUEUE_URL"),
            Self::MeteringAggregator => Some("MCP_AUDIT_METERING_QUEUE_URL"),
        }
    }
}

/// The running product.
pub struct Stack {
    /// The resources that it runs on.
    pub cloud: Cloud,
    /// Where the API answers.
    pub api_url: String,
    addresses: BTreeMap<Service, String>,
    processes: BTreeMap<Service, Process>,
    logs: PathBuf,
}

impl Stack {
    /// Starts all services on resources of their own, on free ports.
    pub async fn start() -> anyhow::Result<Self> {
        Self::on(Cloud::own().await?).await
    }

    /// Starts all services on these resources, on free ports.
    pub async fn on(cloud: Cloud) -> anyhow::Result<Self> {
        let mut addresses = BTreeMap::new();
        for service in Service::VARIANTS {
            addresses.insert(*service, free_address()?);
        }
        Self::at(cloud, addresses).await
    }

    /// Starts all services on these resources and addresses.
    pub async fn at(mut cloud: Cloud, addresses: BTreeMap<Service, String>) -> anyhow::Result<Self> {
        let api_url = format!("http://{}", addresses[&Service::Api]);
        cloud.set("MCP_AUDIT_PUBLIC_URL", &api_url);
        cloud.set("PROGRESS_PUBLIC_URL", format!("ws://{}/ws", addresses[&Service::ProgressFanout]));
        cloud.set("MCP_AUDIT_ALLOW_LOOPBACK_TARGETS", "true");
        // Stories end in seconds, so must the last receive of a stopping worker.
        cloud.set("MCP_AUDIT_RECEIVE_WAIT_SECONDS", "2");
        cloud.set("MCP_AUDIT_RETRY_DELAY_SECONDS", "1");
        if cloud.get("MCP_AUDIT_OSV_URL").is_err() {
            // Nothing leaves a local cloud unless somebody wants it.
            cloud.set("MCP_AUDIT_OSV_URL", "off");
        }
        for (name, value) in LOCAL_KEYS {
            cloud.set(name, *value);
        }
        shorten_visibility(&cloud).await?;
        let logs = root().join("target/local-logs").join(cloud.get("MCP_AUDIT_ENV")?);
        let mut stack = Self { cloud, api_url, addresses, processes: BTreeMap::new(), logs };
        let started = try_join_all(Service::VARIANTS.iter().map(|service| stack.launch(*service))).await?;
        stack.processes.extend(Service::VARIANTS.iter().copied().zip(started));
        Ok(stack)
    }

    /// Starts one service again, for example after it was stopped or crashed.
    pub async fn restart(&mut self, service: Service) -> anyhow::Result<()> {
        let process = self.launch(service).await?;
        self.processes.insert(service, process);
        Ok(())
    }

    /// Takes one process out, to stop or crash it.
    pub fn take(&mut self, service: Service) -> anyhow::Result<Process> {
        self.processes.remove(&service).with_context(|| format!("{service} is not running"))
    }

    /// Lets all processes run on when this program ends; returns their ids.
    pub fn leave(self) -> Vec<u32> {
        self.processes.into_values().filter_map(Process::leave).collect()
    }

    /// Asks all processes to drain, and fails if one does not end well.
    pub async fn stop(self) -> anyhow::Result<()> {
        try_join_all(self.processes.into_values().map(Process::stop)).await.map(drop)
    }

    /// Where the logs are.
    pub fn logs(&self) -> &std::path::Path {
        &self.logs
    }

    async fn launch(&self, service: Service) -> anyhow::Result<Process> {
        let address = &self.addresses[&service];
        let mut variables: BTreeMap<&str, &str> = self.cloud.variables().collect();
        variables.insert("MCP_AUDIT_LISTEN", address);
        if let Some(queue) = service.queue() {
            variables.insert("QUEUE_URL", self.cloud.get(queue)?);
        }
        let program = service.to_string();
        let log = self.logs.join(format!("{program}.log"));
        let mut process = Process::start(&program, &[], variables, &log)?;
        process.wait_healthy(&format!("http://{address}/healthz"), START).await?;
        Ok(process)
    }
}

/// A crashed worker's message comes back when its visibility ends: minutes in AWS, seconds in stories.
async fn shorten_visibility(cloud: &Cloud) -> anyhow::Result<()> {
    use aws_sdk_sqs::types::QueueAttributeName::VisibilityTimeout;
    let sqs = aws_sdk_sqs::Client::new(&cloud.aws().await?);
    for queue in Service::VARIANTS.iter().filter_map(|service| service.queue()) {
        let set = sqs.set_queue_attributes().queue_url(cloud.get(queue)?).attributes(VisibilityTimeout, "9");
        set.send().await.context("shorten the visibility timeout")?;
    }
    Ok(())
}

/// A loopback address that was free a moment ago.
pub fn free_address() -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").context("find a free port")?;
    Ok(listener.local_addr()?.to_string())
}
