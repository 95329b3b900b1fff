//! Findings of tests and scans.

use super::scans::FileFinding;
use crate::audit::Finding;

/// Answer of `GET /v1/tests/{test_id}/findings`, worst first.
pub type FindingsPage = super::Page<Finding>;

/// Answer of `GET /v1/scans/{scan_id}/findings`, worst first.
pub type FileFindingsPage = super::Page<FileFinding>;
