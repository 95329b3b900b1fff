//! Findings of a test.

use crate::audit::Finding;

/// Answer of `GET /v1/tests/{test_id}/findings`, worst first.
pub type FindingsPage = super::Page<Finding>;
