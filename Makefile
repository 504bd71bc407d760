# authcheck: one Makefile for the whole tree. `make help` lists the targets.
#
# A fresh clone configures itself: build/configure is made from configure.ac, and run in build/, where it writes config.mk
# and config.h. All that is built goes to build/, but for ./authcheck.
#
#   build/obj/    the program's objects; libauthcheck.a is all of src but main.c, the program_*.c and the verbs
#   build/san/    the same under AddressSanitizer and UndefinedBehaviorSanitizer, and the tests, which are linked with it
#   build/fuzz/   the same for libFuzzer (clang)
#   build/check/  the logs of the tests

SHELL = /bin/bash
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

PREFIX ?= /usr/local
# A second compiler's build stands beside the first with OBJ=build/other PROGRAM=build/other/authcheck.
OBJ = build/obj
PROGRAM = authcheck
DOMAIN ?= example.com
FUZZ_SECONDS ?= 60

# V=1 shows the commands; BRIEF=1, which the targets for people set, not even the files.
Q = $(if $(V),,@)
say = $(if $(V),,@$(if $(BRIEF),:,printf '  %-5s %s\n' $(1) $(2)))

# A make that was not told how many jobs to run gets as many as there are processors when it works for a person.
SUBMAKE = --no-print-directory BRIEF=1 $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

# These need no configuration; those that install packages configure only when that is done.
UNCONFIGURED = help deps deps-build deps-test deps-lab deps-fuzz clean distclean uninstall demo audit check lab fuzz format lint
goals = $(or $(MAKECMDGOALS),all)
ifneq ($(filter-out $(UNCONFIGURED),$(goals)),)
include build/config.mk
endif

# ---- flags ----

OWN_CPPFLAGS = -D_GNU_SOURCE -DCARES_NO_DEPRECATED -Iinclude/authcheck -Iinclude -Ibuild $(if $(wildcard include/authcheck/banned.h),-include include/authcheck/banned.h)
WARNINGS = -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
OWN_CFLAGS = -std=gnu11 $(WARNINGS) $(if $(WERROR),-Werror) -MMD -MP
# Without optimisation _FORTIFY_SOURCE is but a warning.
FORTIFY = $(if $(filter -O1 -O2 -O3 -Os -Ofast -O,$(CFLAGS)),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
HARDEN_CFLAGS = $(FORTIFY) -fstack-protector-strong -fPIE
HARDEN_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed

# With UBSan's checks in between, gcc takes some casts to uint16_t for an int: -Wconversion is for the plain build.
SAN_FLAGS = -Wno-conversion -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_CC = clang
FUZZ_FLAGS = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

# ---- sources ----

# The program itself: what prints and exits.
MAIN_SRC := $(sort src/main.c $(wildcard src/program*.c src/verb_*.c))
LIB_SRC := $(filter-out $(MAIN_SRC),$(sort $(wildcard src/*.c src/*/*.c)))
TEST_SRC := $(foreach d,unit story prop,$(sort $(wildcard tests/$(d)/*.c)))
# A .c file in tests with a main is a test program; one without is a helper that all of them are linked with.
TEST_MAIN := $(if $(TEST_SRC),$(shell grep -lE '^(int )?main\>' $(TEST_SRC)))
TEST_HELP := $(filter-out $(TEST_MAIN),$(TEST_SRC))
# What the scripts of tests/net drive; no test by itself.
DRIVER_SRC := $(sort $(wildcard tests/net/*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))

MAIN_OBJ = $(MAIN_SRC:%.c=$(OBJ)/%.o)
LIB_OBJ = $(LIB_SRC:%.c=$(OBJ)/%.o)
SAN_OBJ = $(LIB_SRC:%.c=build/san/%.o)
FUZZ_OBJ = $(LIB_SRC:%.c=build/fuzz/%.o)
TEST_BIN = $(TEST_MAIN:%.c=build/san/%)
DRIVER_BIN = $(DRIVER_SRC:%.c=build/san/%)
REPLAY_BIN = $(FUZZ_SRC:%.c=build/san/%)
FUZZ_BIN = $(FUZZ_SRC:tests/fuzz/%.c=build/fuzz/%)

# ---- the program ----

.PHONY: all
all: $(PROGRAM)
	@:

$(PROGRAM): $(MAIN_OBJ) $(OBJ)/libauthcheck.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(HARDEN_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LIBS)

$(OBJ)/libauthcheck.a: $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(OBJ)/%.o: %.c $(OBJ)/flags
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(OWN_CPPFLAGS) $(LIB_CFLAGS) $(CPPFLAGS) $(HARDEN_CFLAGS) $(OWN_CFLAGS) $(CFLAGS) -c -o $@ $<

.PHONY: install uninstall
install: all
	install -D -m 755 authcheck $(DESTDIR)$(PREFIX)/bin/authcheck
	install -D -m 644 doc/authcheck.1 $(DESTDIR)$(PREFIX)/share/man/man1/authcheck.1

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/authcheck $(DESTDIR)$(PREFIX)/share/man/man1/authcheck.1

# ---- two things to type in a fresh clone ----

# Status 1 is the audit's "faults found", which is what the demonstration is for.
.PHONY: demo audit
demo: deps-build
	@echo 'Building authcheck'
	@$(MAKE) $(SUBMAKE) all
	./authcheck --offline --zone fixtures/zone/demo.zone || [ $$? -eq 1 ]

audit: deps-build
	@$(MAKE) $(SUBMAKE) all
	./authcheck $(DOMAIN)

# What is missing is installed (Debian, Ubuntu), or named.
.PHONY: deps deps-build deps-test deps-lab deps-fuzz
deps: deps-test
deps-build:
	@build-aux/deps.sh build
deps-test:
	@build-aux/deps.sh build test
deps-lab:
	@build-aux/deps.sh build lab
deps-fuzz:
	@build-aux/deps.sh build fuzz

# ---- the sanitized variant, and the tests ----

.PHONY: san tests
san: build/san/authcheck
	@:
tests: $(TEST_BIN) $(DRIVER_BIN) $(REPLAY_BIN)
	@:

build/san/authcheck: $(MAIN_SRC:%.c=build/san/%.o) build/san/libauthcheck.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(SAN_FLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LIBS)

build/san/libauthcheck.a: $(SAN_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

build/san/libtest.a: $(TEST_HELP:%.c=build/san/%.o)
	$(Q)mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

build/san/%.o: %.c build/san/flags
	$(call say,CC,"$< (san)")
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(OWN_CPPFLAGS) $(LIB_CFLAGS) $(TEST_CFLAGS) $(CPPFLAGS) $(OWN_CFLAGS) $(SAN_FLAGS) -c -o $@ $<

# libFuzzer calls its target without a header that declares it.
build/san/tests/%.o: TEST_CFLAGS = -Itests $(CMOCKA_CFLAGS)
build/san/tests/fuzz/%.o: TEST_CFLAGS = -Wno-missing-prototypes

$(TEST_BIN) $(DRIVER_BIN): %: %.o build/san/libtest.a build/san/libauthcheck.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(SAN_FLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LIBS) $(CMOCKA_LIBS)

# The fuzz targets with a main that hands them the corpus: neither clang nor libFuzzer is needed for a replay.
$(REPLAY_BIN): %: %.o build/san/tests/fuzz/replay.o build/san/libauthcheck.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(SAN_FLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LIBS)

# A script in these folders is a test, unless its name begins with lib. Status 77: skipped.
SCRIPTS = $(filter-out $(foreach d,golden net,tests/$(d)/lib%),$(sort $(wildcard tests/golden/*.sh tests/net/*.sh)))
LINTS = $(filter-out tests/lint/lib%,$(sort $(wildcard tests/lint/*.sh)))
REPLAYS = $(foreach b,$(REPLAY_BIN),"$(b) fixtures/fuzz/$(patsubst fuzz_%,%,$(notdir $(b)))")

# What tests find in their environment. AUTHCHECK_SHARED is a folder of corpora that is no part of the project: tests that want
# it skip where it is not.
SHARED = $(or $(AUTHCHECK_SHARED),$(abspath $(wildcard ../shared)))
TEST_ENV = AUTHCHECK=$(CURDIR)/authcheck AUTHCHECK_SAN=$(CURDIR)/build/san/authcheck SRCDIR=$(CURDIR) \
	$(if $(SHARED),AUTHCHECK_SHARED=$(SHARED)) LC_ALL=C.UTF-8 TZ=UTC UBSAN_OPTIONS=print_stacktrace=1 PATH="$$PATH:/usr/sbin:/sbin"

# Everything is built with -k and run, though something has failed before it; then the status says so.
.PHONY: check check-built lint
check: deps-test
	@grep -qs '^HAVE_CMOCKA = yes' build/config.mk || rm -f build/config.mk
	@echo 'Building authcheck'
	@$(MAKE) $(SUBMAKE) all
	@echo 'Building it again, and the tests, with AddressSanitizer and UBSan'
	@$(MAKE) $(SUBMAKE) -k WERROR=1 san tests || true
	@$(MAKE) --no-print-directory check-built

check-built: all
	@[ '$(HAVE_CMOCKA)' = yes ] || { echo 'cmocka is missing: run make deps, then make distclean' >&2; exit 1; }
	@env -u NO_COLOR -u WERROR $(TEST_ENV) build-aux/run-tests.sh build/check $(TEST_BIN) $(REPLAYS) $(SCRIPTS) $(LINTS)

lint: deps-build
	@$(MAKE) $(SUBMAKE) all
	@env $(TEST_ENV) build-aux/run-tests.sh build/check $(LINTS)

# What Postfix, policyd-spf, OpenDKIM and OpenDMARC really answer is what `authcheck sender` predicts. As root, in namespaces of its own.
.PHONY: lab
lab: deps-lab
	@$(MAKE) $(SUBMAKE) all
	@env $(TEST_ENV) bash tests/lab/lab.sh || [ $$? -eq 77 ]

# The pages of the rules and the receivers are made from the tables; lints compare them.
doc/rules.md: $(PROGRAM)
	./authcheck rules --format markdown >$@.new && mv $@.new $@

doc/receivers.md: $(PROGRAM)
	./authcheck receivers --format markdown >$@.new && mv $@.new $@

# ---- fuzzing ----

# Every target for FUZZ_SECONDS, or the one that FUZZ names. New inputs go to build/fuzz/corpus; a crash is kept in build/fuzz/crash.
.PHONY: fuzz fuzz-built
fuzz: deps-fuzz
	@echo 'Building the fuzzers'
	@$(MAKE) $(SUBMAKE) fuzz-built

FUZZ_RUN = $(if $(FUZZ),build/fuzz/fuzz_$(FUZZ),$(FUZZ_BIN))
fuzz-built: $(FUZZ_RUN)
	@mkdir -p build/fuzz/crash build/check
	@failed=0; for target in $(FUZZ_RUN); do \
		name=$${target##*/fuzz_}; mkdir -p build/fuzz/corpus/$$name; \
		$$target -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
			-artifact_prefix=build/fuzz/crash/$$name- build/fuzz/corpus/$$name fixtures/fuzz/$$name \
			>build/check/fuzz-$$name.log 2>&1; status=$$?; \
		runs=$$(sed -n 's/^stat::number_of_executed_units: *//p' build/check/fuzz-$$name.log); \
		if [ $$status -eq 0 ]; then printf '  %-20s %12s runs, no crash\n' "$$name" "$$runs"; \
		else failed=1; printf '  %-20s CRASHED\n' "$$name"; tail -n 40 build/check/fuzz-$$name.log; fi; \
	done; exit $$failed

build/fuzz/libauthcheck.a: $(FUZZ_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

build/fuzz/%.o: %.c build/fuzz/flags
	$(call say,CC,"$< (fuzz)")
	$(Q)mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(OWN_CPPFLAGS) $(LIB_CFLAGS) $(CPPFLAGS) $(OWN_CFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -c -o $@ $<

build/fuzz/tests/fuzz/%.o: OWN_CFLAGS += -Wno-missing-prototypes

$(FUZZ_BIN): build/fuzz/%: build/fuzz/tests/fuzz/%.o build/fuzz/libauthcheck.a
	$(call say,LINK,$@)
	$(Q)$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(LIB_LIBS)

# ---- configuration ----

build/configure: configure.ac
	@mkdir -p build
	@command -v autoconf >/dev/null || { echo "autoconf is missing: run \`make deps' (Debian package autoconf)" >&2; exit 1; }
	$(call say,CONF,"build/configure")
	$(Q)cd build && autoconf -o configure ../configure.ac

build/config.mk: build/configure build-aux/config.mk.in build-aux/config.h.in
	$(Q)cd build && ./configure --quiet --srcdir=.. $(CONFIGURE_FLAGS)
	$(Q)touch $@

# Objects are made anew when the flags that they were made with change.
$(OBJ)/flags: WITH = $(CC) $(CPPFLAGS) $(CFLAGS) $(WERROR)
build/san/flags: WITH = $(CC) $(CPPFLAGS) $(SAN_FLAGS)
build/fuzz/flags: WITH = $(FUZZ_CC) $(CPPFLAGS) $(FUZZ_FLAGS)
$(OBJ)/flags build/san/flags build/fuzz/flags: FORCE
	@mkdir -p $(@D)
	@[ '$(WITH)' = "$$(cat $@ 2>/dev/null)" ] || printf '%s\n' '$(WITH)' >$@

.PHONY: FORCE
FORCE:

.PHONY: clean distclean
clean:
	rm -rf authcheck $(filter-out build/config% build/autom4te.cache,$(wildcard build/*))

distclean:
	rm -rf authcheck build

# ---- for people ----

# The order property with a thousand orders a story, without sanitizers: two minutes.
.PHONY: orders
orders: deps-test
	@$(MAKE) $(SUBMAKE) build/orders
	@AUTHCHECK_ORDERS=1000 build/orders >build/orders.log 2>&1; status=$$?; tail -n 3 build/orders.log; exit $$status

build/orders: tests/prop/test_order.c tests/story/story.c $(OBJ)/libauthcheck.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(OWN_CPPFLAGS) $(CPPFLAGS) -std=gnu11 $(CFLAGS) -o $@ $^ $(LIB_LIBS) -lcmocka

# What it compares with (named-checkzone, dig, knotd, dnsperf) is used where it is installed.
.PHONY: bench
bench: all
	@AUTHCHECK=$(CURDIR)/authcheck SRCDIR=$(CURDIR) bash tests/bench/bench.sh

.PHONY: format help
format:
	clang-format -i $(sort $(wildcard src/*.[ch] src/*/*.[ch] include/authcheck/*.h tests/*/*.[ch]))

help:
	@printf '%s\n' \
		'make            build ./authcheck (PREFIX, CC, CFLAGS, CPPFLAGS, LDFLAGS, V=1)' \
		'make deps       install what building and testing need (Debian, Ubuntu)' \
		'make demo       deps, build, and audit a zone that comes with the project; no network' \
		'make audit      deps, build, and audit DOMAIN=example.com' \
		'make check      deps, build, and run every test, under AddressSanitizer and UBSan' \
		'make lab        a real Postfix with policyd-spf, OpenDKIM and OpenDMARC against what authcheck predicts (root)' \
		'make lint       the rules that the tree is held to' \
		'make fuzz       libFuzzer over every parser, FUZZ_SECONDS=60 each (FUZZ=spf: that one alone)' \
		'make bench      speed, as ratios against other programs in the same run' \
		'make install    to DESTDIR and PREFIX (/usr/local); make uninstall takes it away' \
		'make format     clang-format over the tree' \
		'make clean      remove what was built; make distclean: the configuration as well'

# ---- what included what ----

-include $(wildcard $(OBJ)/src/*.d $(OBJ)/src/*/*.d build/san/src/*.d build/san/*/*/*.d build/fuzz/src/*.d build/fuzz/*/*/*.d)
