# The front door: installs what is missing, builds, runs. CMakePresets.json has what stands behind it.
CONFIG ?= config/chat.toml
PRESET := release
export CONFIG

bin := build/release/bin

.DEFAULT_GOAL := help
.PHONY: help server client consumer kafka-up kafka-down build test guard bench-report clean format lint reference docs

help: ## say what there is to make
	@awk -F ' *## *' '/^[a-z-]+:.*##/ { sub(":.*", "", $$1); printf "  make %-12s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo '  make server CONFIG=my.toml      with another configuration (default: $(CONFIG))'
	@echo '  SERVER_PORT=8082 make server    on another port; the same word works for make client'
	@echo '  make client USER=alice          chat as alice'
	@echo '  make test PRESET=asan           the tests under sanitizers (presets: release, dev, asan, tsan)'

server: ## build what is missing and run the server
	@scripts/build release product
	@exec $(bin)/chatd --config "$$CONFIG"

# Every login shell sets USER, so only the one on make's command line says who wants to chat.
client: ## chat in this terminal: make client USER=alice
	$(if $(filter command,$(origin USER)),$(if $(USER),,$(error $(who))),$(error $(who)))
	@scripts/build release product
	@exec $(bin)/chat client "$$USER"

# It needs a broker that hosts share, so the default configuration is Kafka's.
consumer: CONFIG := $(if $(filter file,$(origin CONFIG)),config/kafka.toml,$(CONFIG))
consumer: ## print each message and connection once, shared among consumers
	@scripts/build release product
	@exec $(bin)/chatd consumer --config "$$CONFIG"

kafka-up: ## start a Kafka cluster of three brokers on this machine
	@exec scripts/kafka up

kafka-down: ## stop it; what was said stays
	@exec scripts/kafka down

who = who is chatting? Give a name: make client USER=alice

build: ## build the server, its plugins and the client
	@scripts/build release product

test: ## build everything and run all tests
	@scripts/build $(PRESET) all
	@exec scripts/test $(PRESET)

guard: ## count instructions of the hot paths against their budget
	@scripts/build release chatd-micro
	@exec bench/guard/run

# Half an hour on a quiet machine; what is in build/bench already is not measured again.
bench-report: ## measure, and write the tables and plots of docs/performance.md
	@scripts/build release all
	@bench/run
	@bench/report build/bench

clean: ## remove everything that was built
	@scripts/clean

format: ## format all C++ files
	@exec scripts/format

lint: ## look for suspicious code with clang-tidy
	@scripts/build release all
	@exec scripts/lint

reference: ## write the reference of the SDK, as HTML in build/reference
	@command -v doxygen >/dev/null || scripts/install-packages test
	@docs/reference/make . build/reference && echo build/reference/html/index.html

docs: ## write docs/config.md, docs/metrics.md and docs/man anew from the programs themselves
	@scripts/build release product
	@$(bin)/chatd config doc --set plugins.load=identity,memory,kafka,prometheus,words --set plugins.words.file=words > build/config.md && mv build/config.md docs/config.md
	@scripts/build release integration_metrics
	@scripts/build release chat-bench
	@docs/man/pages.py $(bin) docs/man
	@CHATD_WRITE_DOCS=1 scripts/test release -R '^integration_metrics:docs' > build/metrics.log || { cat build/metrics.log; exit 1; }
