//! The product on applied infrastructure: functions run in the emulator's Lambda; containers, which it cannot run, as
//! processes with the environment that their task definition gives them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use crate::Process;
use crate::applied::{Emulator, Resources};
use crate::stack::free_address;

/// From the start of a container's program to its first healthy answer.
const START: Duration = Duration::from_secs(20);

/// What runs beside the emulator.
pub struct Product {
    orchestrator: Process,
}

impl Product {
    /// What services in an emulator are told in addition: where it is, that it is no deployed environment, its servers
    /// are on loopback, its pool sends no mail and keeps its keys at its own address.
    pub fn settings(emulator: &Emulator, resources: &Resources) -> anyhow::Result<BTreeMap<&'static str, String>> {
        let pool = resources.only("aws_cognito_user_pool", "id")?;
        Ok(BTreeMap::from([
            ("AWS_ENDPOINT_URL", emulator.url()),
            ("MCP_AUDIT_ENV", "emulator".to_owned()),
            ("MCP_AUDIT_ALLOW_LOOPBACK_TARGETS", "true".to_owned()),
            ("MCP_AUDIT_CONFIRM_BY_MAIL", String::new()),
            ("MCP_AUDIT_OSV_URL", "off".to_owned()),
            ("MCP_AUDIT_PUBLIC_URL", Self::api_url(emulator, resources)?),
            ("COGNITO_JWKS_URL", format!("{}/{pool}/.well-known/jwks.json", emulator.url())),
        ]))
    }

    /// Where the emulated gateway answers for the API.
    pub fn api_url(emulator: &Emulator, resources: &Resources) -> anyhow::Result<String> {
        let api = resources.only("aws_api_gateway_rest_api", "id")?;
        let stage = resources.only("aws_api_gateway_stage", "stage_name")?;
        Ok(format!("{}/restapis/{api}/{stage}/_user_request_", emulator.url()))
    }

    /// Starts what runs in containers.
    pub async fn start(resources: &Resources, logs: &Path) -> anyhow::Result<Self> {
        let service = "test-orchestrator";
        let address = free_address()?;
        let mut environment = resources.container_environment(service)?;
        environment.insert("MCP_AUDIT_LISTEN".to_owned(), address.clone());
        // Stops within seconds, as must the last receive.
        environment.insert("MCP_AUDIT_RECEIVE_WAIT_SECONDS".to_owned(), "2".to_owned());
        for (name, value) in
            [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_REGION", "us-east-1")]
        {
            environment.insert(name.to_owned(), value.to_owned());
        }
        let variables = environment.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let log = logs.join(format!("{service}.log"));
        let mut orchestrator = Process::start(service, &[], variables, &log)?;
        orchestrator
            .wait_healthy(&format!("http://{address}/healthz"), START)
            .await
            .context("start the orchestrator")?;
        Ok(Self { orchestrator })
    }

    /// Asks it to drain.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.orchestrator.stop().await
    }
}
