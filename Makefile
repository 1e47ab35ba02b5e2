# The commands of this project. `make demo` and `make test` begin on a bare Debian or
# Ubuntu machine: they install what is missing and say what it is for.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
# Where rustup puts cargo; a shell that was opened before has no such path.
export PATH := $(PATH):$(HOME)/.cargo/bin
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
export ROVE_BOXES_OUT ?= $(TARGET)/boxes

.PHONY: help demo test build install boxes bench clean
PREFIX ?= /usr/local
.DEFAULT_GOAL := help

help:
	@echo 'make demo    install what is missing, build rove and a Debian box, and run a machine with them'
	@echo 'make test    install what the tests need and run them all, real machines included'
	@echo 'make build   rove in release mode: target/release/rove'
	@echo 'make install the program, manual pages and completions below PREFIX=/usr/local'
	@echo 'make boxes   the boxes tiny, tiny-generic, debian12 and the image debian12-cloud: target/boxes'
	@echo 'make bench   the measurements of docs/performance.md'
	@echo 'make clean   remove everything that was built'

build:
	@boxes/requirements build
	@cargo build --release --locked
	@echo 'Built $(TARGET)/release/rove'

# What `make build` built; `sudo make install` builds nothing as root.
install:
	@test -x $(TARGET)/release/rove || { echo 'run `make build` first'; exit 1; }
	install -D -m 755 $(TARGET)/release/rove $(DESTDIR)$(PREFIX)/bin/rove
	$(TARGET)/release/rove man --dir $(DESTDIR)$(PREFIX)/share/man/man1
	install -d $(addprefix $(DESTDIR)$(PREFIX)/share/,bash-completion/completions zsh/site-functions fish/vendor_completions.d)
	$(TARGET)/release/rove completion bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/rove
	$(TARGET)/release/rove completion zsh >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_rove
	$(TARGET)/release/rove completion fish >$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/rove.fish

boxes:
	@boxes/requirements boxes run
	@boxes/build

demo:
	@boxes/requirements build run boxes
	@cargo build --release --locked
	@boxes/build debian12
	@tests/demo/run $(TARGET)

test:
	@tests/run

bench:
	@boxes/requirements build run boxes bench
	@cargo build --release --locked
	@boxes/build tiny
	@ROVE=$(TARGET)/release/rove ROVE_TEST_BOXES=$(ROVE_BOXES_OUT) tests/bench/run

clean:
	rm -rf $(TARGET)
