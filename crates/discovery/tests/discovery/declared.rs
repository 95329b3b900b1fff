//! Servers that registries and catalogues list, that containers run, and that are built here.

use contracts::api::scans::McpKind;
use insta::assert_snapshot;

use crate::{read, shown};

#[test]
fn server_json_of_the_registry() {
    let text = r#"{
  "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
  "name": "io.example/notes",
  "version": "1.2.3",
  "packages": [
    {"registryType": "npm", "identifier": "@example/notes", "version": "1.2.3", "transport": {"type": "stdio"},
     "environmentVariables": [{"name": "NOTES_KEY", "isSecret": true}]},
    {"registryType": "oci", "identifier": "ghcr.io/example/notes:1.2.3", "transport": {"type": "streamable-http", "url": "http://localhost/mcp"}}
  ],
  "remotes": [{"type": "sse", "url": "https://notes.example/sse", "headers": [{"name": "Authorization", "isSecret": true}]}]
}"#;
    let found = read("server.json", text);
    assert_snapshot!(shown(&found), @r"
    mcp-registry:6 io.example/notes stdio npm:@example/notes@1.2.3 env NOTES_KEY
    mcp-registry:8 io.example/notes http docker:ghcr.io/example/notes:1.2.3
    mcp-registry:10 io.example/notes sse https://notes.example/sse headers Authorization
    ");
    assert!(found.mcps.iter().all(|mcp| mcp.kind == McpKind::Listed));
    assert_snapshot!(shown(&read("server.json", r#"{"name": "an mcp-less web server", "port": 80}"#)), @"");
}

#[test]
fn docker_catalogues() {
    let text = "name: ours\nregistry:\n  notes:\n    title: Notes\n    type: server\n    image: mcp/notes@sha256:00\n    secrets:\n      - name: notes.key\n        env: NOTES_KEY\n  far:\n    type: remote\n    remote:\n      transport_type: streamable-http\n      url: https://far.example/mcp\n";
    assert_snapshot!(shown(&read(".docker/mcp/catalogs/ours.yaml", text)), @r"
    docker-mcp:3 notes stdio docker:mcp/notes@sha256:00 env NOTES_KEY
    docker-mcp:10 far http https://far.example/mcp
    ");
    assert_snapshot!(shown(&read(".docker/mcp/registry.yaml", "registry:\n  notes:\n    ref: \"\"\n")), @"docker-mcp:2 notes stdio");
}

#[test]
fn compose_services() {
    let text = "x-base: &base\n  environment:\n    - GITHUB_TOKEN=${GITHUB_TOKEN}\nservices:\n  web:\n    image: nginx:1\n  github:\n    <<: *base\n    image: ghcr.io/github/github-mcp-server:v1\n  search:\n    image: node:22\n    command: npx -y acme-mcp-search@1.0.0\n    ports: [\"8080:8080\"]\n  mcp-own:\n    build: .\n  files:\n    image: docker.io/acme/files_mcp\n";
    let found = read("deploy/docker-compose.prod.yml", text);
    assert_snapshot!(shown(&found), @r"
    compose:7 github unknown docker:ghcr.io/github/github-mcp-server:v1 env GITHUB_TOKEN
    compose:10 search http `npx -y acme-mcp-search@1.0.0` npm:acme-mcp-search@1.0.0
    compose:14 mcp-own unknown
    compose:16 files unknown docker:acme/files_mcp
    ");
    assert!(found.mcps.iter().all(|mcp| mcp.kind == McpKind::Deployed && mcp.secrets.is_empty()));
}

#[test]
fn kubernetes_manifests() {
    let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: notes\nspec:\n  template:\n    spec:\n      containers:\n        - name: server\n          image: registry.example/notes-mcp:1\n          ports: [{containerPort: 80}]\n          env:\n            - name: KEY\n              valueFrom: {secretKeyRef: {name: s, key: k}}\n        - name: sidecar\n          image: envoy:1\n---\napiVersion: toolhive.stacklok.dev/v1alpha1\nkind: MCPServer\nmetadata: {name: fetch}\nspec:\n  image: ghcr.io/stackloklabs/gofetch/server\n  transport: streamable-http\n  secrets: [{name: s, key: k, targetEnvName: TOKEN}]\n---\nkind: List\nitems:\n  - kind: CronJob\n    metadata: {name: nightly}\n    spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: nightly, image: acme/mcp}]}}}}}\n";
    assert_snapshot!(shown(&read("k8s/all.yaml", text)), @r"
    kubernetes:9 notes/server http docker:registry.example/notes-mcp:1 env KEY
    kubernetes:18 fetch http docker:ghcr.io/stackloklabs/gofetch/server env TOKEN
    kubernetes:30 nightly unknown docker:acme/mcp
    ");
    assert_snapshot!(shown(&read("k8s/other.yaml", "kind: ConfigMap\ndata:\n  note: not an mcp server\n")), @"");
}

#[test]
fn projects_that_build_a_server() {
    let node = "{\n  \"name\": \"@acme/notes-mcp\",\n  \"version\": \"0.1.0\",\n  \"dependencies\": {\n    \"zod\": \"^4\",\n    \"@modelcontextprotocol/sdk\": \"^1.20.0\"\n  }\n}";
    let found = read("package.json", node);
    assert_snapshot!(shown(&found), @"npm:6 @acme/notes-mcp unknown npm:@acme/notes-mcp@0.1.0");
    assert_eq!((found.mcps[0].kind, found.mcps[0].risk_reasons.len()), (McpKind::Built, 0));
    assert_snapshot!(shown(&read("package.json", r#"{"name": "mcp-docs", "dependencies": {"zod": "^4"}}"#)), @"");
    let python = "[project]\nname = \"acme-notes\"\nversion = \"0.1.0\"\ndependencies = [\n  \"httpx\",\n  \"Fast_MCP[cli]>=2\",\n  \"fastmcp>=2\",\n]\n";
    assert_snapshot!(shown(&read("pyproject.toml", python)), @"python:7 acme-notes unknown pypi:acme-notes@0.1.0");
    let poetry =
        "[tool.poetry]\nname = \"acme-notes\"\n[tool.poetry.dependencies]\npython = \"^3.12\"\nmcp = \"^1.2\"\n";
    assert_snapshot!(shown(&read("pyproject.toml", poetry)), @"python:5 acme-notes unknown pypi:acme-notes");
}
