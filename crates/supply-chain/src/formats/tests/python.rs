//! pip, Poetry, PDM, uv and Pipenv.

use insta::assert_snapshot;

use super::{packages, read};
use crate::Resolved;

const PYPROJECT: &str = r#"[project]
name = "acme-mcp"
dependencies = ["Left_Pad>=1", "extra [a,b] (>=2) ; python_version < '3'"]
[project.scripts]
acme-mcp = "acme:main"
[dependency-groups]
dev = ["tester==3.0.0", { include-group = "lint" }]
[[tool.uv.index]]
name = "inner"
url = "https://user:hunter2@inner.example/simple"
"#;

fn asked(resolved: &Resolved) -> String {
    let requirements = resolved.manifests.iter().flat_map(|manifest| &manifest.requirements);
    let shown = requirements.map(|asked| {
        let kind = format!("{:?}", asked.source.kind).to_lowercase();
        let dev = if asked.dev { " dev" } else { "" };
        format!("{:?} {} {} {:?} {kind}{dev} {}", asked.line, asked.name, asked.range, asked.exact, asked.hashed)
    });
    shown.collect::<Vec<_>>().join("\n")
}

#[test]
fn requirements_follow_includes_and_constraints() {
    let main = "# comment
-r base.requirements.in
-r requirements-dev.txt
-c limits/constraints.txt
--index-url http://user:hunter2@inner.example/simple
--extra-index-url https://extra.example/simple
--trusted-host inner.example
exact==1.2.3 ; python_version >= '3.8' \\
    --hash=sha256:00
Some.Range[extra]>=2,<3  # why
bounded
-e git+https://token0123456789abc@host.example/a/tool.git@main#egg=tool
archive @ https://files.example/archive-1.0.tar.gz?sig=hunter2
./folder
";
    let resolved = read(&[
        ("a/requirements.txt", main),
        ("a/base.requirements.in", "-r requirements.txt\nbase>=1\n"),
        ("a/limits/constraints.txt", "bounded==4.0\nunused==1"),
        ("a/requirements-dev.txt", "tester==3.0.0\n"),
    ]);
    assert_snapshot!(packages(&resolved), @r"
    1: pypi:tester@3.0.0 [direct dev] tester@3.0.0
    8: pypi:exact@1.2.3 [direct hashed] exact@1.2.3
    11: pypi:bounded@4.0 [direct] bounded@4.0
    ");
    assert_snapshot!(asked(&resolved), @r#"
    Some(1) tester ==3.0.0 Some("3.0.0") registry dev false
    Some(2) base >=1 None registry false
    Some(8) exact ==1.2.3 Some("1.2.3") registry true
    Some(10) some-range >=2, <3 None registry false
    Some(11) bounded  Some("4.0") registry false
    Some(12) tool git+https://host.example/a/tool.git@main None git false
    Some(13) archive https://files.example/archive-1.0.tar.gz None url false
    "#);
    let indexes = resolved.indexes.iter().map(|index| format!("{:?} {:?} {}", index.line, index.role, index.url));
    assert_snapshot!(indexes.collect::<Vec<_>>().join("\n"), @r"
    Some(5) Main http://inner.example/simple
    Some(6) Extra https://extra.example/simple
    Some(7) TrustedHost https://inner.example/
    ");
    assert!(!format!("{resolved:?}").contains("hunter2"));
}

#[test]
fn a_missing_include_and_a_broken_line_are_told() {
    let resolved = read(&[("requirements.txt", "-r ../outside.txt\n-r gone.txt\n=== what\n")]);
    let reasons: Vec<&str> = resolved.problems.iter().map(|problem| problem.reason.as_str()).collect();
    assert_snapshot!(reasons.join("\n"), @r"
    it includes a file that is not part of the tree; what that one asks for is not known
    it includes a file that is not part of the tree; what that one asks for is not known
    line 3 is no requirement that pip knows (PEP 508)
    ");
}

#[test]
fn poetry_pdm_and_uv_agree() {
    let poetry = r#"[[package]]
name = "left-pad"
version = "1.1.0"
files = [{file = "x.whl", hash = "sha256:00"}]
[package.dependencies]
Deep = ">=1"
[[package]]
name = "deep"
version = "1.9.0"
files = []
[[package]]
name = "tester"
version = "3.0.0"
files = [{file = "x.whl", hash = "sha256:00"}]
[package.source]
type = "git"
url = "https://host.example/tester.git"
"#;
    let pdm = r#"[[package]]
name = "left-pad"
version = "1.1.0"
dependencies = ["deep>=1"]
files = [{file = "x.whl", hash = "sha256:00"}]
[[package]]
name = "deep"
version = "1.9.0"
[[package]]
name = "tester"
version = "3.0.0"
git = "https://host.example/tester.git"
revision = "abc"
"#;
    let uv = r#"version = 1
[[package]]
name = "acme-mcp"
source = { editable = "." }
dependencies = [{ name = "left-pad" }]
[package.dev-dependencies]
dev = [{ name = "tester" }]
[[package]]
name = "left-pad"
version = "1.1.0"
source = { registry = "https://inner.example/simple" }
dependencies = [{ name = "deep", marker = "sys_platform == 'linux'" }]
wheels = [{ url = "https://files.example/x.whl", hash = "sha256:00" }]
[[package]]
name = "deep"
version = "1.9.0"
source = { registry = "https://inner.example/simple" }
[[package]]
name = "tester"
version = "3.0.0"
source = { git = "https://host.example/tester.git?rev=abc" }
"#;
    let of = |name: &str, text: &str| {
        let mut resolved = read(&[("pyproject.toml", PYPROJECT), (name, text)]);
        resolved.packages.iter_mut().for_each(|package| package.line = None);
        packages(&resolved)
    };
    assert_snapshot!(of("uv.lock", uv), @r"
    -: pypi:left-pad@1.1.0 [direct hashed] left-pad@1.1.0
    -: pypi:deep@1.9.0 [transitive] left-pad@1.1.0 > deep@1.9.0
    -: pypi:tester@3.0.0 [direct dev hashed git] tester@3.0.0
    ");
    assert_eq!(of("poetry.lock", poetry), of("uv.lock", uv));
    assert_eq!(of("pdm.lock", pdm), of("uv.lock", uv));
}

#[test]
fn one_name_locked_twice_is_two_packages() {
    let uv = r#"[[package]]
name = "acme-mcp"
source = { virtual = "." }
dependencies = [{ name = "deep", version = "2.0", marker = "x" }, { name = "deep", version = "1.0", marker = "y" }, { name = "one" }]
[[package]]
name = "deep"
version = "1.0"
[[package]]
name = "deep"
version = "2.0"
[[package]]
name = "one"
version = "1"
dependencies = [{ name = "two", version = "1" }]
[[package]]
name = "two"
version = "1"
"#;
    assert_snapshot!(packages(&read(&[("uv.lock", uv)])), @r"
    6: pypi:deep@1.0 [direct] deep@1.0
    9: pypi:deep@2.0 [direct] deep@2.0
    12: pypi:one@1 [direct] one@1
    16: pypi:two@1 [transitive] one@1 > two@1
    ");
}

#[test]
fn pipenv_tells_direct_from_its_manifest() {
    let pipfile = "[[source]]\nurl = \"http://inner.example/simple\"\nverify_ssl = false\n[packages]\nLeft_Pad = \"*\"\n\
                   tool = {git = \"https://host.example/tool.git\"}\n[dev-packages]\ntester = \"==3.0.0\"\n";
    let lock = r#"{
  "default": {
    "deep": { "hashes": ["sha256:00"], "version": "==1.9.0" },
    "left-pad": { "version": "==1.1.0" },
    "tool": { "git": "https://host.example/tool.git", "ref": "abc" }
  },
  "develop": { "deep": { "version": "==1.9.0" }, "tester": { "version": "==3.0.0" } }
}"#;
    let resolved = read(&[("Pipfile", pipfile), ("Pipfile.lock", lock)]);
    assert_snapshot!(packages(&resolved), @r"
    3: pypi:deep@1.9.0 [transitive hashed] deep@1.9.0
    4: pypi:left-pad@1.1.0 [direct] left-pad@1.1.0
    5: pypi:tool [direct hashed git] tool
    7: pypi:tester@3.0.0 [direct dev] tester@3.0.0
    ");
    assert_snapshot!(asked(&resolved), @r#"
    None left-pad  None registry false
    Some(6) tool  None git false
    Some(8) tester ==3.0.0 Some("3.0.0") registry dev false
    "#);
}

#[test]
fn pyproject_is_read_in_the_forms_of_each_tool() {
    let resolved = read(&[("pyproject.toml", PYPROJECT)]);
    assert_snapshot!(asked(&resolved), @r#"
    None left-pad >=1 None registry false
    Some(3) extra >=2 None registry false
    Some(7) tester ==3.0.0 Some("3.0.0") registry dev false
    "#);
    assert_eq!(resolved.indexes[0].url, "https://inner.example/simple");
    let poetry = r#"[tool.poetry]
name = "acme-mcp"
[tool.poetry.dependencies]
python = "^3.10"
exact = "1.2.3"
range = { version = "^2", optional = true }
code = { git = "https://user:hunter2@host.example/code.git" }
[tool.poetry.group.dev.dependencies]
tester = "*"
"#;
    let resolved = read(&[("pyproject.toml", poetry)]);
    assert_snapshot!(asked(&resolved), @r#"
    Some(7) code  None git false
    Some(5) exact 1.2.3 Some("1.2.3") registry false
    Some(6) range ^2 None registry false
    Some(9) tester  None registry dev false
    "#);
    assert!(!format!("{resolved:?}").contains("hunter2"));
}
