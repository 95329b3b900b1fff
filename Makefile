# `make` lists the targets.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/.tools/bin:$(PATH)
# Everything is built as one workspace: a package built alone would have its dependencies built again with other features.
BUILD := cargo build --workspace --bins --locked
LOCAL := $(or $(CARGO_TARGET_DIR),target)/debug/local
INFRA_CHECK := $(or $(CARGO_TARGET_DIR),target)/debug/infra-check --work $(or $(CARGO_TARGET_DIR),target)/infra-check

.PHONY: help setup demo up down test check fmt lint deny advisories schemas infra-check infra-mutate infra-apply-local release-dry-run unit conformance e2e fuzz bench-detection bench-engine bench-scan reference clean

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Installs what is missing: cargo tools, the local cloud, Node packages of the tests
	@tests/setup

demo: setup ## Sets everything up, audits two servers through the API and shows the results
	@$(BUILD) --quiet
	@$(LOCAL) demo

up: setup ## Starts the local cloud and all services and leaves them running
	@$(BUILD) --quiet
	@$(LOCAL) up

down: ## Stops what `make up` started
	@test ! -x $(LOCAL) || $(LOCAL) down

test: setup ## Runs every check and test and prints one summary
	@tests/run

check: fmt lint deny ## Checks formatting, lints and licences

fmt: ## Checks the formatting
	@cargo fmt --all --check

lint: ## Checks the lints
	@cargo clippy --workspace --all-targets --locked -- --deny warnings

deny: ## Checks licences, bans and sources of the dependencies
	@cargo deny --log-level error check licenses bans sources

advisories: ## Checks the dependencies for known advisories, where the advisory database can be reached
	@if cargo deny --log-level off fetch db; then cargo deny --log-level error check advisories; \
	else echo "not checked: the advisory database cannot be reached"; fi

schemas: ## Writes the generated contracts: schemas, asyncapi.yaml, openapi.json
	@cargo run --quiet --package contracts --bin schemas

infra-check: ## Checks the infrastructure against its checklist: source, tests, plans, policies (needs terraform or tofu)
	@cargo build --workspace --locked --quiet --bin infra-check
	@$(INFRA_CHECK)

infra-mutate: ## Breaks ten settings of the infrastructure, chosen at random: exactly the expected checks must fail
	@cargo build --workspace --locked --quiet --bin infra-check
	@$(INFRA_CHECK) --mutate 10

unit: ## Runs the tests that need no local cloud
	@cargo nextest run --workspace --locked --filterset 'not package(e2e)'

conformance: ## Runs the official conformance suite against the wire client
	@cargo build --workspace --examples --locked --quiet
	@tests/conformance/run

e2e: ## Runs the end-to-end stories on the local cloud
	@localstack/cloud start
	@$(BUILD)
	@cargo nextest run --workspace --locked --filterset 'package(e2e)'

fuzz: ## Runs every fuzzer of the engine for FUZZ_SECONDS each (600)
	@tests/fuzz $(or $(FUZZ_SECONDS),600)

bench-detection: ## Measures detection on the labelled material in BENCH_DIR
	@cargo run --quiet --package bench --bin bench-detection

bench-engine: ## Measures what an audit costs: time and memory of the command line, and of the static checks
	@cargo build --release --quiet --locked --package cli --package bench --bin mcp-audit --bin bench-engine
	@BENCH_CLI=$(or $(CARGO_TARGET_DIR),target)/release/mcp-audit $(or $(CARGO_TARGET_DIR),target)/release/bench-engine
	@cargo bench --quiet --locked --package bench

bench-scan: ## Measures a scan of a tree of 50 000 files: its time beside that of a listing, and its memory
	@cargo build --release --quiet --locked --package cli --package bench --bin mcp-audit --bin bench-scan
	@BENCH_CLI=$(or $(CARGO_TARGET_DIR),target)/release/mcp-audit $(or $(CARGO_TARGET_DIR),target)/release/bench-scan

infra-apply-local: setup ## Applies the infrastructure to an emulator of AWS, proves what only that shows, and runs the product on it
	@$(BUILD)
	@$(LOCAL) infra

release-dry-run: ## Makes all that a release holds, in dist/: zips, images, bills of materials, checksums, provenance
	@infra/delivery/release

reference: setup ## Compares what we read in lock files of public servers with what npm, uv and cargo read
	@tests/reference

clean: down ## Stops everything and removes what was built and installed
	@localstack/cloud reset
	@rm -rf target .tools out localstack/.state tests/node/node_modules
