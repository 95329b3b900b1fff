//! Bundler, NuGet, Maven, Gradle and Docker.

use insta::assert_snapshot;

use super::{packages, read};

#[test]
fn bundler_is_read_by_indentation() {
    let lock = "GIT
  remote: https://u:hunter2@host.example/tool.git
  revision: abc
  specs:
    tool (0.1.0)
      deep

PATH
  remote: .
  specs:
    acme (0.1.0)
      left (>= 1)

GEM
  remote: https://rubygems.example/
  specs:
    deep (1.9.0-x86_64-linux)
    left (1.2.0)
      deep (~> 1.0)

DEPENDENCIES
  acme!
  tool!
";
    assert_snapshot!(packages(&read(&[("Gemfile.lock", lock)])), @r"
    5: gem:tool@0.1.0 [direct git] tool@0.1.0
    17: gem:deep@1.9.0 [transitive] left@1.2.0 > deep@1.9.0
    18: gem:left@1.2.0 [direct] left@1.2.0
    ");
}

#[test]
fn nuget_lock_and_project_are_read() {
    let lock = r#"{ "version": 1, "dependencies": {
  "net8.0": {
    "Left": { "type": "Direct", "requested": "[1.2.0, )", "resolved": "1.2.0", "contentHash": "x", "dependencies": { "deep": "1.0.0" } },
    "Deep": { "type": "Transitive", "resolved": "1.9.0", "contentHash": "x" } },
  "net9.0": { "Left": { "type": "Direct", "resolved": "1.2.0", "contentHash": "x" } } } }"#;
    let project = r#"<Project>
  <ItemGroup>
    <PackageReference Include="Left" Version="1.2.0" />
    <PackageReference Include="Tester"><Version>[3.0.0]</Version></PackageReference>
    <PackageReference Include="Open" Version="2.*" PrivateAssets="all" />
  </ItemGroup>
</Project>"#;
    assert_snapshot!(packages(&read(&[("a.csproj", project), ("packages.lock.json", lock)])), @r"
    3: nuget:Left@1.2.0 [direct hashed] Left@1.2.0
    4: nuget:Deep@1.9.0 [transitive hashed] Left@1.2.0 > Deep@1.9.0
    ");
    assert_snapshot!(packages(&read(&[("a.csproj", project)])), @r"
    3: nuget:Left@1.2.0 [direct] Left@1.2.0
    4: nuget:Tester@3.0.0 [direct] Tester@3.0.0
    ");
}

#[test]
fn images_are_told_from_stages() {
    let text = "FROM --platform=linux/amd64 host.example:5000/base:1.2 AS build
FROM build AS test
from plain
FROM node:22@sha256:00
FROM scratch
FROM ${BASE}
";
    let compose = "services:
  own:
    build: .
    image: acme
  base:
    image: host.example:5000/base:1.2
  open:
    image: ${IMAGE}
";
    assert_snapshot!(packages(&read(&[("docker-compose.yml", compose)])), @"6: docker:host.example:5000/base@1.2 [direct] host.example:5000/base@1.2");
    assert_snapshot!(packages(&read(&[("Dockerfile", text)])), @r"
    1: docker:host.example:5000/base@1.2 [direct] host.example:5000/base@1.2
    3: docker:plain [direct] plain
    4: docker:node@sha256:00 [direct hashed] node@sha256:00
    ");
}

#[test]
fn maven_fills_properties_and_gradle_tells_tests() {
    let pom = r"<project>
  <artifactId>acme</artifactId><version>1.0</version>
  <properties><left.version>1.2.0</left.version></properties>
  <dependencyManagement><dependencies><dependency>
    <groupId>x</groupId><artifactId>managed</artifactId><version>1</version>
  </dependency></dependencies></dependencyManagement>
  <dependencies>
    <dependency><groupId>a.example</groupId><artifactId>left</artifactId><version>${left.version}</version></dependency>
    <dependency><groupId>a.example</groupId><artifactId>open</artifactId><version>[1,2)</version></dependency>
    <dependency><groupId>a.example</groupId><artifactId>tester</artifactId><version>3.0</version><scope>test</scope></dependency>
  </dependencies>
</project>";
    let lock = "# locked\na.example:left:1.2.0=compileClasspath,testCompileClasspath\na.example:tester:3.0=testRuntimeClasspath\nempty=\n";
    assert_snapshot!(packages(&read(&[("pom.xml", pom)])), @r"
    8: maven:a.example:left@1.2.0 [direct] a.example:left@1.2.0
    10: maven:a.example:tester@3.0 [direct dev] a.example:tester@3.0
    ");
    assert_snapshot!(packages(&read(&[("gradle.lockfile", lock)])), @r"
    2: maven:a.example:left@1.2.0 [unknown] a.example:left@1.2.0
    3: maven:a.example:tester@3.0 [unknown dev] a.example:tester@3.0
    ");
    assert_eq!(read(&[("gradle.lockfile", "what")]).problems.len(), 1);
}
