# Herald. `make help` lists the targets.
SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

VERSION := $(shell sed -nE 's/^  "version": "(.*)",/\1/p' package.json)
IMAGE ?= herald:$(VERSION)

.DEFAULT_GOAL := help
.PHONY: help deps check test unit e2e coverage demo demo-down cluster cluster-down kube bench bench-cluster failover soak fuzz manifests golden format bundle image clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: deps ## three nodes, two FRR routers and a client at work (BACKEND=frr or gobgp; KEEP=1: leave it running)
	@node e2e/demo/demo.ts

demo-down: deps ## end a demo that was left running
	@node e2e/demo/demo.ts down

cluster: deps ## a Kubernetes cluster of namespaces to play in: says how to run kubectl in it, and stays up
	@node e2e/cluster/cluster.ts

cluster-down: deps ## end that cluster
	@node e2e/cluster/cluster.ts down

check: deps ## format, lint, types, unused code
	oxfmt --check .
	oxlint --type-aware
	tsc
	knip

test: deps kube ## all tests, those with real routers too (these need root)
	@test/run "test/**/*.test.ts" "e2e/**/*.test.ts"

coverage: deps ## that every line of the BGP library and of the pure rooms is tested
	@test/coverage

unit: deps ## the tests that need neither root nor routers
	@test/run "test/**/*.test.ts"

e2e: deps kube ## the tests with real routers, in network namespaces
	@test/run "e2e/**/*.test.ts"

kube: deps ## etcd and Kubernetes for the lab: built once, with Go, some minutes; kept in the user's cache
	@node e2e/lab/kube/prepare.ts

bench: deps ## how fast it is, beside FRR, BIRD and ExaBGP (ONLY=bf: some parts, RUNS=9, JSON=file); see docs/performance.md
	@node test/bench/main.ts $(if $(ONLY),--only $(ONLY)) $(if $(RUNS),--runs $(RUNS)) $(if $(JSON),--json $(JSON))

bench-cluster: deps kube ## Herald on a real API server with real routers: minutes, as root (ONLY=latency, SERVICES=1000, JSON=file)
	@node test/bench/cluster/main.ts $(if $(ONLY),--only $(ONLY)) $(if $(SERVICES),--services $(SERVICES)) $(if $(JSON),--json $(JSON))

failover: deps ## how long packets are lost when a node fails, beside FRR as its speaker (RUNS=5, PATIENCE=300); see docs/bfd.md
	@node e2e/bfd/failover.ts

soak: deps kube ## 1,000 BGP sessions at hold 9, 64 with 10,000 routes; no BFD peer looks dead on a busy machine, for an hour (SECONDS=600); a cluster's faults at full length
	@node test/soak/peers.ts 1000 60
	@node test/soak/peers.ts 64 10 10000
	@node e2e/bfd/soak.ts
	@HERALD_LONG=1 test/run e2e/cluster/{outages,many,in-use,clock,flood}.test.ts

fuzz: deps ## messages made wrong, for the codec and the framer (COUNT=10000000 SEED=7)
	@node test/fuzz/fuzz.ts $(if $(COUNT),--count $(COUNT)) $(if $(SEED),--seed $(SEED))


manifests: deps ## write config/crd from the schemas under src/api
	@node config/generate.ts

golden: deps ## rewrite the golden files; read the difference before you commit it
	UPDATE_GOLDEN=1 tap "test/**/*.test.ts"

format: deps ## rewrite the sources in the one format
	oxfmt .

bundle: deps ## dist/: the agent as one bundle of the same source
	@node bin/bundle.js

image: ## the container image, by docker, podman or buildah, whichever there is (IMAGE=herald:0.1.0)
	@tool=$$(command -v docker || command -v podman || command -v buildah) || { echo "an image is built by docker, podman or buildah: install one of them, then run this again"; exit 1; }; \
	$$tool build -f deploy/Dockerfile --build-arg VERSION=$(VERSION) -t $(IMAGE) .

clean: ## remove what was built and installed
	rm -rf dist .tap node_modules

deps: node_modules/.stamp ## install what the lock file names

# The engine warning of npm speaks of the host's Node.js; Herald brings its own.
node_modules/.stamp: package-lock.json package.json .taprc
	@command -v npm > /dev/null || { echo "Herald needs npm: install Node.js (any version of the last years) with npm, then run this again."; exit 1; }
	npm ci --no-progress --loglevel=error
	tap build > /dev/null
	@touch $@
