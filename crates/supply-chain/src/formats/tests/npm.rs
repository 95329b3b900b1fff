//! npm, Yarn, pnpm and Bun.

use insta::assert_snapshot;

use super::{packages, read};

const MANIFEST: &str = r#"{
  "name": "acme-mcp", "version": "1.0.0", "private": true,
  "dependencies": { "left": "^1.0.0", "@acme/right": "~2.0.0" },
  "devDependencies": { "tester": "3.0.0" }
}"#;

#[test]
fn package_lock_3_is_resolved_as_node_does() {
    let lock = r#"{
  "lockfileVersion": 3,
  "packages": {
    "": { "dependencies": { "left": "^1.0.0", "@acme/right": "~2.0.0" }, "devDependencies": { "tester": "3.0.0" } },
    "packages/member": { "dependencies": { "deep": "1" } },
    "node_modules/member": { "resolved": "packages/member", "link": true },
    "node_modules/left": {
      "version": "1.2.0", "resolved": "https://registry.example/left/-/left-1.2.0.tgz", "integrity": "sha512-x",
      "dependencies": { "deep": "^1.0.0" }, "hasInstallScript": true
    },
    "node_modules/left/node_modules/deep": { "version": "1.9.0", "integrity": "sha512-x" },
    "node_modules/@acme/right": {
      "version": "2.0.1", "resolved": "git+ssh://git@host.example/acme/right.git#abc", "dependencies": { "deep": "^2.0.0" }
    },
    "node_modules/deep": { "version": "2.0.0", "resolved": "https://files.example/deep.tgz" },
    "node_modules/tester": { "version": "3.0.0", "dev": true, "dependencies": { "alias": "npm:real@1" } },
    "node_modules/alias": { "name": "real", "version": "1.0.0", "dev": true }
  }
}"#;
    assert_snapshot!(packages(&read(&[("package-lock.json", lock)])), @r"
    7: npm:left@1.2.0 [direct hashed script] left@1.2.0
    11: npm:deep@1.9.0 [transitive hashed] left@1.2.0 > deep@1.9.0
    12: npm:@acme/right@2.0.1 [direct git] @acme/right@2.0.1
    15: npm:deep@2.0.0 [direct url] deep@2.0.0
    16: npm:tester@3.0.0 [direct dev] tester@3.0.0
    17: npm:real@1.0.0 [transitive dev] tester@3.0.0 > real@1.0.0
    ");
}

#[test]
fn package_lock_1_takes_its_roots_from_the_manifest() {
    let lock = r#"{
  "lockfileVersion": 1,
  "dependencies": {
    "left": { "version": "1.2.0", "integrity": "sha512-x", "requires": { "deep": "^1.0.0" },
      "dependencies": { "deep": { "version": "1.9.0" } } },
    "@acme/right": { "version": "git+https://host.example/acme/right.git#abc", "requires": true },
    "deep": { "version": "2.0.0" },
    "tester": { "version": "3.0.0", "dev": true, "requires": { "deep": "^2.0.0" } }
  }
}"#;
    assert_snapshot!(packages(&read(&[("a/package.json", MANIFEST), ("a/package-lock.json", lock)])), @r"
    4: npm:left@1.2.0 [direct hashed] left@1.2.0
    4: npm:deep@1.9.0 [transitive] left@1.2.0 > deep@1.9.0
    6: npm:@acme/right [direct git] @acme/right
    7: npm:deep@2.0.0 [transitive dev] tester@3.0.0 > deep@2.0.0
    8: npm:tester@3.0.0 [direct dev] tester@3.0.0
    ");
}

#[test]
fn yarn_classic_and_berry_agree() {
    let classic = r#"# yarn lockfile v1


"@acme/right@~2.0.0":
  version "2.0.1"
  resolved "https://registry.example/@acme/right/-/right-2.0.1.tgz#0123"
  dependencies:
    deep "^1.0.0"

deep@^1.0.0, deep@^1.2.0:
  version "1.9.0"
  resolved "https://registry.example/deep/-/deep-1.9.0.tgz"
  integrity sha512-x

left@^1.0.0:
  version "1.2.0"
  dependencies:
    "@acme/right" "~2.0.0"

tester@3.0.0:
  version "3.0.0"
  dependencies:
    deep "^1.2.0"
"#;
    let berry = r#"__metadata:
  version: 8

"@acme/right@npm:~2.0.0":
  version: 2.0.1
  resolution: "@acme/right@npm:2.0.1"
  dependencies:
    deep: "npm:^1.0.0"
  checksum: 10/0123
  languageName: node
  linkType: hard

"acme-mcp@workspace:.":
  version: 0.0.0-use.local
  resolution: "acme-mcp@workspace:."
  dependencies:
    "@acme/right": "npm:~2.0.0"
    left: "npm:^1.0.0"
    tester: "npm:3.0.0"
  linkType: soft

"deep@npm:^1.0.0, deep@npm:^1.2.0":
  version: 1.9.0
  resolution: "deep@npm:1.9.0"
  checksum: 10/0123

"left@npm:^1.0.0":
  version: 1.2.0
  resolution: "left@npm:1.2.0"
  dependencies:
    "@acme/right": "npm:~2.0.0"

"tester@npm:3.0.0":
  version: 3.0.0
  resolution: "tester@npm:3.0.0"
  dependencies:
    deep: "npm:^1.2.0"
"#;
    assert_snapshot!(packages(&read(&[("package.json", MANIFEST), ("yarn.lock", classic)])), @r"
    4: npm:@acme/right@2.0.1 [direct hashed] @acme/right@2.0.1
    10: npm:deep@1.9.0 [transitive hashed] @acme/right@2.0.1 > deep@1.9.0
    15: npm:left@1.2.0 [direct] left@1.2.0
    20: npm:tester@3.0.0 [direct dev] tester@3.0.0
    ");
    assert_snapshot!(packages(&read(&[("package.json", MANIFEST), ("yarn.lock", berry)])), @r"
    4: npm:@acme/right@2.0.1 [direct hashed] @acme/right@2.0.1
    22: npm:deep@1.9.0 [transitive hashed] @acme/right@2.0.1 > deep@1.9.0
    27: npm:left@1.2.0 [direct] left@1.2.0
    33: npm:tester@3.0.0 [direct dev] tester@3.0.0
    ");
}

#[test]
fn pnpm_is_read_in_every_version() {
    let five = "lockfileVersion: 5.4
specifiers:
  '@acme/right': ~2.0.0
dependencies:
  '@acme/right': 2.0.1_deep@1.9.0
devDependencies:
  tester: 3.0.0
packages:
  /@acme/right/2.0.1_deep@1.9.0:
    resolution: {integrity: sha512-x}
    requiresBuild: true
    dependencies:
      deep: 1.9.0
  /deep/1.9.0:
    resolution: {integrity: sha512-x}
  /tester/3.0.0:
    resolution: {tarball: 'https://files.example/tester.tgz'}
    dependencies:
      deep: 1.9.0
";
    let six = "lockfileVersion: '6.0'
dependencies:
  '@acme/right':
    specifier: ~2.0.0
    version: 2.0.1(deep@1.9.0)
devDependencies:
  tester:
    specifier: 3.0.0
    version: 3.0.0
packages:
  /@acme/right@2.0.1(deep@1.9.0):
    resolution: {integrity: sha512-x}
    requiresBuild: true
    dependencies:
      deep: 1.9.0
  /deep@1.9.0:
    resolution: {integrity: sha512-x}
  /tester@3.0.0:
    resolution: {tarball: 'https://files.example/tester.tgz'}
    dependencies:
      deep: 1.9.0
";
    let nine = "lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      '@acme/right':
        specifier: ~2.0.0
        version: 2.0.1(deep@1.9.0)
    devDependencies:
      tester:
        specifier: 3.0.0
        version: 3.0.0
      beside:
        specifier: workspace:*
        version: link:../beside
packages:
  '@acme/right@2.0.1':
    resolution: {integrity: sha512-x}
    requiresBuild: true
  deep@1.9.0:
    resolution: {integrity: sha512-x}
  tester@3.0.0:
    resolution: {tarball: 'https://files.example/tester.tgz'}
snapshots:
  '@acme/right@2.0.1(deep@1.9.0)':
    dependencies:
      deep: 1.9.0
  deep@1.9.0: {}
  tester@3.0.0:
    dependencies:
      deep: 1.9.0
";
    let without_lines = |text| {
        let mut resolved = read(&[("pnpm-lock.yaml", text)]);
        resolved.packages.iter_mut().for_each(|package| package.line = package.line.and(None));
        packages(&resolved)
    };
    assert_snapshot!(packages(&read(&[("pnpm-lock.yaml", nine)])), @r"
    16: npm:@acme/right@2.0.1 [direct hashed script] @acme/right@2.0.1
    19: npm:deep@1.9.0 [transitive hashed] @acme/right@2.0.1 > deep@1.9.0
    21: npm:tester@3.0.0 [direct dev url] tester@3.0.0
    ");
    assert_eq!(without_lines(five), without_lines(nine));
    assert_eq!(without_lines(six), without_lines(nine));
}

#[test]
fn bun_finds_nested_packages() {
    let lock = r#"{
  "lockfileVersion": 1,
  "workspaces": {
    "": { "name": "acme-mcp", "dependencies": { "left": "^1.0.0" }, "devDependencies": { "tester": "3.0.0", }, },
  },
  "packages": {
    "deep": ["deep@2.0.0", "", {}, "sha512-x"],
    "left": ["left@1.2.0", "", { "dependencies": { "deep": "^1.0.0", "@acme/right": "1" } }, "sha512-x"],
    "left/deep": ["deep@1.9.0", "", {}, "sha512-x"],
    "@acme/right": ["@acme/right@github:acme/right#abc", { "dependencies": { "deep": "2" } }, "acme-right-abc"],
    "member": ["member@workspace:packages/member"],
    "tester": ["tester@3.0.0", "", {}, "sha512-x"],
  },
}"#;
    assert_snapshot!(packages(&read(&[("bun.lock", lock)])), @r"
    7: npm:deep@2.0.0 [transitive hashed] left@1.2.0 > @acme/right > deep@2.0.0
    8: npm:left@1.2.0 [direct hashed] left@1.2.0
    9: npm:deep@1.9.0 [transitive hashed] left@1.2.0 > deep@1.9.0
    10: npm:@acme/right [transitive git] left@1.2.0 > @acme/right
    12: npm:tester@3.0.0 [direct dev hashed] tester@3.0.0
    ");
}

#[test]
fn a_manifest_without_a_lock_file_gives_its_exact_versions() {
    let resolved = read(&[("package.json", MANIFEST)]);
    assert_snapshot!(packages(&resolved), @"4: npm:tester@3.0.0 [direct dev] tester@3.0.0");
    let asked = resolved.manifests[0].requirements.iter();
    let asked: Vec<String> = asked.map(|asked| format!("{:?} {} {}", asked.line, asked.name, asked.range)).collect();
    assert_snapshot!(asked.join("\n"), @r"
    Some(3) left ^1.0.0
    Some(3) @acme/right ~2.0.0
    Some(4) tester 3.0.0
    ");
}

#[test]
fn specifiers_are_told_apart() {
    let specifiers = [
        "^1.0.0",
        "=1.2.3",
        "latest",
        "npm:other@1.0.0",
        "github:acme/x#main",
        "acme/x",
        "git+http://user:hunter2@host.example/x.git",
        "https://host.example/x.tgz?token=hunter2",
        "file:../x",
        "workspace:^",
    ];
    let shown = specifiers.map(|specifier| {
        let asked = super::super::npm_manifest::requirement("x", specifier);
        format!("{} {} {:?} {:?}", asked.name, asked.range, asked.exact, asked.source.kind)
    });
    assert_snapshot!(shown.join("\n"), @r#"
    x ^1.0.0 None Registry
    x =1.2.3 Some("1.2.3") Registry
    x latest None Registry
    other 1.0.0 Some("1.0.0") Registry
    x git+https://github.com/acme/x None Git
    x git+https://github.com/acme/x None Git
    x git+http://host.example/x.git None Git
    x https://host.example/x.tgz None Url
    x  None Path
    x  None Path
    "#);
}
