//! Every read and write of the database (DynamoDB, one table) and the object store (S3), one function per access
//! pattern.
//!
//! Each function takes an [`OrgScope`], which only a person's [`Membership`], the `org` of a verified event or a signed
//! link gives, and which becomes part of every key: a query across tenants cannot be written. The exceptions say why in
//! their documentation: [`Store::membership`] and its neighbours (they are how a scope comes to be),
//! [`Store::stale_queued_tests`] and [`Store::due_schedules`].
//!
//! Tests, scans and reports are *jobs*: queued, claimed under a lease, then completed or failed; `job.rs` holds what they
//! share. Conditions use native attributes; the rest of an item is one JSON text per concern (`request`, `outcome`).

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on should stop at the line that failed"))]

mod changes;
mod cursor;
mod error;
mod finding;
mod item;
mod job;
mod keys;
mod lease;
pub mod link;
mod manifests;
mod message_body;
mod objects;
mod once;
mod people;
mod report;
mod scan;
mod scan_findings;
mod scan_progress;
mod schedule;
mod scope;
mod table;
mod test;
mod test_progress;
mod upload;
mod usage;

use std::sync::Arc;

pub use changes::{Comparison, LastScan};
pub use error::{Result, StoreError};
pub use job::Created;
pub use lease::Claim;
pub use message_body::message_body_key;
pub use objects::ObjectBytes;
pub use once::Once;
pub use people::{Organization, Plan};
pub use report::ReportItem;
pub use scan::{NewScan, ScanClaim, ScanItem};
pub use scan_progress::ScannedRepository;
pub use schedule::{MAX_SCHEDULES, NewSchedule, ScheduleItem};
pub use scope::{Membership, OrgScope};
pub use test::{NewTest, TestClaim, TestItem};
pub use upload::UploadItem;
pub use usage::{Added, month_of};

/// Where the data is. The same for all services of one environment.
#[derive(clap::Args, Debug, Clone)]
// Flattened next to other structs named `Settings`, whose groups would bear the same name.
#[group(skip)]
pub struct Settings {
    /// Name of the table.
    #[arg(long, env = "MCP_AUDIT_TABLE")]
    pub table: String,
    /// Bucket of the report files.
    #[arg(long, env = "MCP_AUDIT_REPORTS_BUCKET")]
    pub reports_bucket: String,
    /// Bucket of what scans and tests keep: uploads, snapshots, audits.
    #[arg(long, env = "MCP_AUDIT_MANIFESTS_BUCKET")]
    pub manifests_bucket: String,
    /// Bucket of short-lived objects, such as bodies too large for a queue; the manifests bucket where absent.
    #[arg(long, env = "MCP_AUDIT_EXPORTS_BUCKET")]
    pub exports_bucket: Option<String>,
}

/// The database and the object store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    dynamodb: aws_sdk_dynamodb::Client,
    s3: aws_sdk_s3::Client,
    settings: Arc<Settings>,
}

impl Store {
    /// Prepares the clients; nothing is sent before the first call.
    pub fn connect(aws: &aws_config::SdkConfig, settings: &Settings) -> Self {
        // Emulators serve buckets by path, as their host has no wildcard name. AWS itself is never reached this way.
        let custom_endpoint = aws.endpoint_url().is_some() || std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
        let s3 = aws_sdk_s3::config::Builder::from(aws).force_path_style(custom_endpoint).build();
        Self {
            dynamodb: aws_sdk_dynamodb::Client::new(aws),
            s3: aws_sdk_s3::Client::from_conf(s3),
            settings: Arc::new(settings.clone()),
        }
    }
}
