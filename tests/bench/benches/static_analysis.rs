//! What the static checks cost per definition, in all and for the dearest: texts of every length.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use detect::text::{TextContext, scan};
use engine::check::Run;
use engine::checks::ALL;
use engine::snapshot::Snapshot;
use serde_json::json;

const PLAIN: &str = "Returns the invoices of a month, newest first. Amounts are in cents. Use the cursor to go on. ";

fn judge(snapshot: &Snapshot) {
    for check in ALL {
        if let Run::Static(run) = check.run {
            std::hint::black_box(run(snapshot));
        }
    }
}

fn definitions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("definitions");
    for tools in [1_usize, 20, 100] {
        let definition = |number: usize| {
            json!({
                "name": format!("get_invoices_{number}"),
                "description": PLAIN.repeat(3),
                "inputSchema": { "type": "object", "properties": { "month": { "type": "string", "description": PLAIN } } },
                "annotations": { "readOnlyHint": true },
            })
        };
        let snapshot = Snapshot::of_definitions(&(0..tools).map(definition).collect::<Vec<_>>());
        group.throughput(Throughput::Elements(tools as u64));
        group.bench_with_input(BenchmarkId::from_parameter(tools), &snapshot, |bencher, snapshot| {
            bencher.iter(|| judge(snapshot));
        });
    }
    group.finish();
}

fn texts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("text");
    for repeats in [1_usize, 10, 100] {
        let text = PLAIN.repeat(repeats);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(text.len()), &text, |bencher, text| {
            bencher.iter(|| scan(text, &TextContext::default()));
        });
    }
    group.finish();
}

criterion_group!(benches, definitions, texts);
criterion_main!(benches);
