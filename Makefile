# Two commands: `make demo` and `make test`. `make check` takes seconds; `make build` leaves target/release/yiping.
.PHONY: demo test long schema check build app bench bench-timescale soak bless fmt clean
.DEFAULT_GOAL := help

APP := dashboard-web/app
BROWSER := tests/browser
TIMESCALE := tests/timescale
OIDC := tests/oidc
BUILD_TOOLS := mold:mold cc:gcc
TEST_TOOLS := $(BUILD_TOOLS) mosquitto:mosquitto mosquitto_pub:mosquitto-clients aiosmtpd:python3-aiosmtpd chromium:chromium fc-list:fontconfig "font=Noto Sans CJK:fonts-noto-cjk" server=initdb:postgresql

help:
	@echo 'make demo    build, start a simulated city, print the link of its wall and how to sign in'
	@echo 'make test    every test: Rust, front end, real broker, real browser'
	@echo 'make long    a quiet week and a flood of the whole city, over its real door, and what else takes long'
	@echo 'make schema  made-up requests against the OpenAPI document, signed in as each role, all at once; MINUTES=10'
	@echo 'make check   format, lints and types, in seconds'
	@echo 'make build   target/release/yiping, with the app inside it'
	@echo 'make bench   the workload city-1k, command and the fan-out, measured; docs/BENCH.md'
	@echo 'make soak    an hour of the demo at speed 60 with a browser on its wall: memory, frames, and every number; MINUTES=5 is shorter'
	@echo 'make bless   rewrite generated types and snapshots, to be reviewed'

demo: build
	@deploy/need $(BUILD_TOOLS)
	@./target/release/yiping demo $(ARGS)

build: app
	cargo build --release --locked

app: $(APP)/dist/index.html

$(APP)/node_modules/.package-lock.json: $(APP)/package-lock.json
	@deploy/need $(BUILD_TOOLS)
	cd $(APP) && npm ci --no-audit --no-fund

$(APP)/dist/index.html: $(APP)/node_modules/.package-lock.json $(shell find $(APP)/src $(APP)/public $(APP)/*.html $(APP)/*.ts $(APP)/*.json -type f 2>/dev/null)
	cd $(APP) && npm run build
	@touch $@

$(BROWSER)/node_modules/.package-lock.json: $(BROWSER)/package-lock.json
	cd $(BROWSER) && npm ci --no-audit --no-fund

$(TIMESCALE)/node_modules/.package-lock.json: $(TIMESCALE)/package-lock.json
	cd $(TIMESCALE) && npm ci --legacy-peer-deps --no-audit --no-fund

$(OIDC)/node_modules/.package-lock.json: $(OIDC)/package-lock.json
	cd $(OIDC) && npm ci --no-audit --no-fund

check: $(APP)/node_modules/.package-lock.json
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cd $(APP) && npm run check

test:
	@deploy/need $(TEST_TOOLS)
	$(MAKE) check
	$(MAKE) $(TIMESCALE)/node_modules/.package-lock.json
	cargo test --workspace --exclude yiping --locked
	cd $(APP) && npm test
	$(MAKE) app
	$(MAKE) $(OIDC)/node_modules/.package-lock.json
	cargo test --release -p yiping --locked -- --test-threads 1
	$(MAKE) $(BROWSER)/node_modules/.package-lock.json
	cd $(BROWSER) && npm test

# What every build cannot wait for. One case: make long ARGS=week
long: build
	$(MAKE) $(OIDC)/node_modules/.package-lock.json
	cargo test --release -p yiping --locked --test long -- --nocapture --test-threads 1 $(ARGS)

# Made-up requests against the OpenAPI document, ten minutes, all roles at once: make schema MINUTES=1 ROLES='auditor listener'
schema: build
	@deploy/need python3:python3-venv
	python3 -m venv target/schema
	target/schema/bin/pip install --quiet --requirement tests/schema/requirements.txt
	target/schema/bin/python tests/schema/walk.py

# On a quiet machine. One case: make bench ARGS='mosquitto-5k --secs 45 --runs 3'
bench: app
	@deploy/need $(TEST_TOOLS) taskset:util-linux
	cargo build --profile dist --locked -p yiping -p yiping-bench
	taskset -c 0 ./target/dist/yiping-bench $(ARGS)

# History in TimescaleDB: filled, asked, and asked again when it is packed by columns; docs/HISTORY.md
bench-timescale: $(TIMESCALE)/node_modules/.package-lock.json
	cargo run --release --locked -p yiping-store --example history_speed -- timescale

# Beside other work its figures say less. SCENARIO and SPEED as of the demo.
soak:
	@deploy/need $(BUILD_TOOLS) chromium:chromium fc-list:fontconfig "font=Noto Sans CJK:fonts-noto-cjk"
	$(MAKE) build
	$(MAKE) $(BROWSER)/node_modules/.package-lock.json
	cd $(BROWSER) && npm run soak

bless: $(APP)/node_modules/.package-lock.json $(TIMESCALE)/node_modules/.package-lock.json
	BLESS=1 INSTA_UPDATE=always cargo test --workspace --exclude yiping --locked

fmt:
	cargo fmt --all
	cd $(APP) && npm run format

clean:
	cargo clean
	rm -rf $(APP)/dist $(APP)/node_modules $(BROWSER)/node_modules $(TIMESCALE)/node_modules $(OIDC)/node_modules
