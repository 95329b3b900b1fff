//! Cargo and Go.

use insta::assert_snapshot;

use super::{packages, read};

#[test]
fn cargo_lock_takes_development_from_the_members() {
    let lock = r#"version = 4
[[package]]
name = "acme-mcp"
version = "0.1.0"
dependencies = ["deep 1.0.0", "left", "tester"]
[[package]]
name = "deep"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "0000000000000000000000000000000000000000000000000000000000000000"
[[package]]
name = "deep"
version = "2.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
[[package]]
name = "left"
version = "1.1.0"
source = "git+https://host.example/left.git?branch=main#0123456789012345678901234567890123456789"
dependencies = ["deep 2.0.0"]
[[package]]
name = "tester"
version = "3.0.0"
source = "sparse+https://inner.example/index/"
dependencies = ["deep 1.0.0"]
"#;
    let manifest = r#"[package]
name = "acme-mcp"
[dependencies]
deep = "1"
left = { git = "https://host.example/left.git" }
[dev-dependencies]
tester = "=3.0.0"
"#;
    assert_snapshot!(packages(&read(&[("Cargo.toml", manifest), ("Cargo.lock", lock)])), @r"
    7: cargo:deep@1.0.0 [direct hashed] deep@1.0.0
    12: cargo:deep@2.0.0 [transitive] left@1.1.0 > deep@2.0.0
    16: cargo:left@1.1.0 [direct hashed git] left@1.1.0
    21: cargo:tester@3.0.0 [direct dev] tester@3.0.0
    ");
    assert_snapshot!(packages(&read(&[("Cargo.toml", manifest)])), @"7: cargo:tester@3.0.0 [direct dev] tester@3.0.0");
}

#[test]
fn go_mod_knows_blocks_replacements_and_hashes() {
    let module = "module host.example/acme
go 1.22
require host.example/single v1.0.0
require (
\thost.example/left v1.2.0
\thost.example/deep v0.0.0-20240101000000-0123456789ab // indirect
\thost.example/old v2.0.0+incompatible // indirect
\thost.example/local v1.0.0
)
replace (
\thost.example/left => host.example/fork v1.2.1
\thost.example/local => ../local
)
";
    let sums = "host.example/fork v1.2.1 h1:x\nhost.example/single v1.0.0/go.mod h1:x\n";
    assert_snapshot!(packages(&read(&[("go.mod", module), ("go.sum", sums)])), @r"
    3: golang:host.example/single@1.0.0 [direct] host.example/single@1.0.0
    5: golang:host.example/fork@1.2.1 [direct hashed] host.example/fork@1.2.1
    6: golang:host.example/deep@0.0.0-20240101000000-0123456789ab [transitive] host.example/deep@0.0.0-20240101000000-0123456789ab
    7: golang:host.example/old@2.0.0+incompatible [transitive] host.example/old@2.0.0+incompatible
    ");
    assert_eq!(read(&[("go.sum", sums)]).problems.len(), 1);
}
