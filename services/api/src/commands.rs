//! The commands that the API sends. Ids depend only on what is asked for, so a command that is sent again is recognised.

use contracts::commands::report::ReportRequested;
use contracts::commands::scan::ScanRequested;
use contracts::commands::test::TestRequested;
use contracts::ids::MessageId;
use contracts::{Envelope, Message};
use store::{OrgScope, ReportItem, ScanItem, TestItem};

const SOURCE: &str = "/services/api";

pub(crate) fn test_requested(scope: &OrgScope, test: &TestItem) -> Envelope<TestRequested> {
    let data = TestRequested {
        test_id: test.test_id.clone(),
        target: test.target.clone(),
        level: test.level,
        active: test.active,
        discovery_ref: test.discovery_ref.clone(),
    };
    command(scope, test.test_id.as_str(), data)
}

pub(crate) fn scan_requested(scope: &OrgScope, scan: &ScanItem) -> Envelope<ScanRequested> {
    command(scope, scan.scan_id.as_str(), ScanRequested { scan_id: scan.scan_id.clone(), source: scan.source.clone() })
}

pub(crate) fn report_requested(scope: &OrgScope, report: &ReportItem) -> Envelope<ReportRequested> {
    let data = ReportRequested {
        report_id: report.report_id.clone(),
        test_id: report.test_id.clone(),
        formats: report.formats.clone(),
    };
    command(scope, report.report_id.as_str(), data)
}

fn command<T: Message>(scope: &OrgScope, subject: &str, data: T) -> Envelope<T> {
    let id = MessageId::derived(&[T::TYPE, scope.org().as_str(), subject]);
    Envelope::new(id, SOURCE, scope.org().clone(), data).about(subject)
}
