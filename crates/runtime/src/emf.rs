//! CloudWatch embedded metric format: one JSON line on standard output per message, which Lambda's log agent turns
//! into metrics without a call.

use std::io::Write as _;

use jiff::Timestamp;
use serde_json::{Value, json};
use tracing::warn;

use crate::metrics::{Measurement, Verdict};

/// Prints one measured message.
pub(crate) fn print(measurement: &Measurement) {
    let line = format!("{}\n", line(measurement, Timestamp::now()));
    if let Err(error) = std::io::stdout().lock().write_all(line.as_bytes()) {
        warn!("cannot write metrics to standard output: {error}");
    }
}

/// See "Specification: Embedded metric format" in the CloudWatch user guide.
fn line(measurement: &Measurement, now: Timestamp) -> Value {
    let mut metrics = vec![
        json!({ "Name": "handled", "Unit": "Count" }),
        json!({ "Name": "failed", "Unit": "Count" }),
        json!({ "Name": "rejected", "Unit": "Count" }),
        json!({ "Name": "duration", "Unit": "Milliseconds" }),
    ];
    if measurement.queue_age.is_some() {
        metrics.push(json!({ "Name": "queue_age", "Unit": "Milliseconds" }));
    }
    let count = |verdict: Verdict| u8::from(measurement.verdict == verdict);
    let mut line = json!({
        "_aws": {
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": "MCPAudit",
                "Dimensions": [["service", "message_type"]],
                "Metrics": metrics,
            }],
        },
        "service": measurement.service,
        "message_type": measurement.kind,
        "handled": count(Verdict::Handled),
        "failed": count(Verdict::Retried),
        "rejected": count(Verdict::Rejected),
        "duration": measurement.duration.as_secs_f64() * 1000.0,
    });
    if let Some(queue_age) = measurement.queue_age {
        line["queue_age"] = json!(queue_age.as_secs_f64() * 1000.0);
    }
    line
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_declared_metric_and_dimension_has_a_value() {
        for queue_age in [None, Some(Duration::from_millis(1500))] {
            let measurement = Measurement {
                service: "alert-sender",
                kind: "report.ready.v1",
                verdict: Verdict::Retried,
                duration: Duration::from_millis(25),
                queue_age,
            };
            let line = line(&measurement, "2026-01-01T00:00:00Z".parse().unwrap());
            let directive = &line["_aws"]["CloudWatchMetrics"][0];
            for metric in directive["Metrics"].as_array().unwrap() {
                assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric} has no value");
            }
            for dimension in directive["Dimensions"][0].as_array().unwrap() {
                assert!(line[dimension.as_str().unwrap()].is_string(), "{dimension} has no value");
            }
            assert_eq!((&line["failed"], &line["handled"]), (&json!(1), &json!(0)));
            assert_eq!(line.get("queue_age"), queue_age.map(|_| json!(1500.0)).as_ref());
        }
    }
}
