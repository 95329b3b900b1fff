//! Ctrl-C: what was found so far is shown, and no process stays.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::program::{command, json, servers};

/// From Ctrl-C to the end of everything.
const END: Duration = Duration::from_secs(20);

#[test]
fn the_first_one_shows_what_was_found_and_leaves_no_process() {
    let server = servers();
    let program = server.to_str().expect("a path in UTF-8");
    let mut running =
        command(&["test", "--format", "json", "--", program, "stdio", "slow"]).spawn().expect("the program runs");
    let child = wait_for_child(&mut running, "Level 1");
    // A result is larger than a pipe: somebody must read it.
    let mut stdout = running.stdout.take().expect("its output");
    let reader = std::thread::spawn(move || {
        let mut output = String::new();
        stdout.read_to_string(&mut output).map(|_| output)
    });
    interrupt(&running);
    let deadline = Instant::now() + END;
    let status = loop {
        if let Some(status) = running.try_wait().expect("a status") {
            break status;
        }
        assert!(Instant::now() < deadline, "it did not end");
        std::thread::yield_now();
    };
    assert_eq!(status.code(), Some(130));
    let output = reader.join().expect("no panic").expect("UTF-8");
    let incomplete = json(&output)["incomplete"].to_string();
    assert!(incomplete.contains("stopped before its end"), "{incomplete}");
    assert!(!Path::new(&format!("/proc/{child}")).exists(), "the server {child} is still there");
}

/// Reads progress up to a line that begins so. Gives the process id of the program's first child.
fn wait_for_child(running: &mut Child, beginning: &str) -> u32 {
    let mut progress = BufReader::new(running.stderr.take().expect("its progress")).lines();
    let reached = progress.by_ref().any(|line| line.expect("a line").starts_with(beginning));
    assert!(reached, "it ended before `{beginning}`");
    // Progress goes on; somebody must read it.
    std::thread::spawn(move || progress.for_each(drop));
    let id = running.id();
    let tasks = std::fs::read_dir(format!("/proc/{id}/task")).expect("its threads");
    let children = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("children")).ok());
    let first = children.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).next();
    first.expect("a child").parse().expect("a process id")
}

fn interrupt(running: &Child) {
    let id = i32::try_from(running.id()).ok().and_then(Pid::from_raw).expect("a process id");
    kill_process(id, Signal::INT).expect("a signal");
}
