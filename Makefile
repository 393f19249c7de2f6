# The whole interface of the project: make run, make test. `make help` lists the rest.

SHELL := /bin/bash
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
export CGO_ENABLED ?= 0

.PHONY: help build run demo test race lint bench sim failover faults docker fuzz clean tools

help: ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

build: ## bin/tocsin, one static binary
	@go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/tocsin ./cmd/tocsin

run: build ## serve config.example.yaml on the embedded store
	@.ci/run-example

tools: ## what the tests need, installed with apt-get where that is allowed
	@.ci/need redis-server=redis-server prometheus=prometheus promtool=prometheus \
		prometheus-alertmanager=prometheus-alertmanager chromium=chromium

test: tools build ## all tests
	go vet ./...
	bin/tocsin test docs/examples
	go test -timeout 14m ./...

race: tools build ## all tests with the race detector (needs cgo)
	CGO_ENABLED=1 go test -race -timeout 30m ./...

lint: ## go vet and staticcheck
	go vet ./...
	go tool staticcheck ./...

demo: ## plays an incident of three weeks in seconds; what comes of it is in build/demo, to be looked at
	@rm -rf build/demo
	@TOCSIN_DEMO=$(CURDIR)/build/demo go test -count=1 -run TestDemo ./cmd/tocsin/demo
	@echo "Three weeks were played. Look at build/demo/index.html"

bench: tools build ## the benchmarks of docs/benchmarks.md
	@.ci/bench

failover: tools ## Redis fails over under load, ROUNDS times (default 3), by Sentinel and in a Cluster
	TOCSIN_FAILOVER_ROUNDS=$${ROUNDS:-3} go test -count=1 -v -timeout 60m ./cmd/tocsin/failover

faults: tools ## real processes and real faults, in minutes; SEED=n for the same moments, RUN=name for some of them
	TOCSIN_FAULTS=long TOCSIN_FAULTS_SEED=$$SEED go test -count=1 -v -timeout 30m -run "$${RUN:-.}" ./cmd/tocsin/faults

soak: tools ## ten thousand wake-ups a second for SOAK_MINUTES (default 10), with the lateness of each minute
	SOAK_MINUTES=$${SOAK_MINUTES:-10} go test -count=1 -v -run TestSoak -timeout 0 ./cmd/tocsin/bench

fuzz: ## every fuzz target for FUZZTIME each (default 30s)
	@.ci/fuzz $${FUZZTIME:-30s}

sim: ## the engine in virtual time, SEEDS months of it (default 300); DAYS, PARALLEL; SEED=n replays one
	@go run ./engine/sim/run -seeds $${SEEDS:-300} -days $${DAYS:-30} -parallel $${PARALLEL:-$$(nproc)} -first $${FIRST:-1} -seed $${SEED:-0}

docker: ## the image tocsin:latest
	docker build --build-arg VERSION=$(VERSION) -t tocsin:latest .

clean: ## what was built; not data/
	rm -rf bin build
