# make         the command, libactzoo.so and the zoo's plugins, laid out under build/ as under a prefix
# make demo    all set-up, then the main job: the zoo trains on Fashion-MNIST and answers in five languages
# make test    all set-up, then every test
# make install    puts all of it under PREFIX=/usr/local (DESTDIR too); make uninstall takes it away
# make fuzz    what reads strangers' bytes, each target for SECONDS=60: Tests/Fuzz
# make bench   our kernels against torch, JAX and oneDNN, in one run: docs/performance.md, docs/bindings.md
# make accuracy   docs/accuracy.md: every kernel on every input, and torch's operators; an hour on 2 cores
ISA ?= native
SECONDS ?= 60
PREFIX ?= /usr/local
# Of the library, for those who link it; a test compares with what it says of itself.
VERSION = 1.0.0
SONAME = libactzoo.so.1
SWIFT_BUILD = swift build -c release --disable-local-rpath
kit = $(wildcard Sources/KernelMath/*.swift Sources/PluginKit/*.swift Sources/CLanes/* Include/actzoo/plugin.*)
glue = $(wildcard Sources/actzoo/Plugins/*.swift Sources/actzoo/Drafting/*Function.swift Sources/Formula/Emit*.swift)
host = $(wildcard Sources/Formula/*.swift Sources/Exporting/*.swift Sources/ZooHost/*.swift Sources/ZooHost/*/*.swift Sources/LibActZoo/*.swift)
# The longest descriptor first: it takes the longest to compile, and should not be left to one core at the end.
plugins := $(patsubst Plugins/%/,%,$(dir $(shell ls -S Plugins/*/*.actzoo)))

.PHONY: all command plugins install install-wheel uninstall demo test lint fuzz bench accuracy clean
all: command build/lib/libactzoo.so build/lib/libactzoo_jax.so build/lib/libactzoo_torch.so plugins

command: build/share/actzoo/sheets
	@Scripts/setup build
	$(SWIFT_BUILD) --product actzoo
	@mkdir -p build/bin
	@cmp -s .build/release/actzoo build/bin/actzoo || install -m 755 .build/release/actzoo build/bin/actzoo

# The kit that `actzoo build` compiles into plugins, the headers for C callers, the data sheets that
# `actzoo gallery` shows: links into the sources.
build/share/actzoo/sheets:
	@mkdir -p build/share/actzoo/kit build/lib
	@ln -sfn ../Include build/include
	@ln -sfn ../../../Include build/share/actzoo/include
	@ln -sfn ../../../Sources/CLanes build/share/actzoo/lanes
	@ln -sfn ../../../../Sources/KernelMath build/share/actzoo/kit/KernelMath
	@ln -sfn ../../../../Sources/PluginKit build/share/actzoo/kit/PluginKit
	@ln -sfn ../../../Plugins build/share/actzoo/sheets

# One module, Embedded: needs libc and libm, and no Swift library, where it runs.
unicode = $(dir $(realpath $(shell command -v swiftc)))../lib/swift/embedded/$(shell uname -m)-unknown-linux-gnu
build/lib/libactzoo.so: $(host) Include/actzoo/actzoo.h Include/actzoo/libactzoo.map $(wildcard Sources/CSystem/*)
	@mkdir -p build/lib
	swiftc -O -wmo -parse-as-library -enable-experimental-feature Embedded -swift-version 6 -warnings-as-errors \
	  -use-ld=lld -Xfrontend -function-sections -D ACTZOO_ONE_MODULE -module-name LibActZoo -I Include -I Sources/CSystem -emit-library $(host) -o $@ -lm \
	  -L $(unicode) -lswiftUnicodeDataTables -Xlinker -l:libffi_pic.a -Xlinker -soname=$(SONAME) -Xlinker -z -Xlinker defs -Xlinker -z -Xlinker nodelete \
	  -Xlinker --gc-sections -Xlinker -s -Xlinker --version-script=Include/actzoo/libactzoo.map
	@ln -sfn libactzoo.so build/lib/$(SONAME)

# The shim for JAX needs no jax to be built: XLA's interface is declared by hand.
build/lib/libactzoo_jax.so: Bindings/python/native/jax.c Bindings/python/native/xla_ffi.h build/lib/libactzoo.so
	$(CC) -std=c11 -O2 -Wall -Wextra -Werror -fvisibility=hidden -fPIC -shared -I Include $< -o $@ \
	  -L build/lib -l:$(SONAME) -Wl,-rpath,'$$ORIGIN' -Wl,-z,defs -Wl,-z,nodelete -pthread

# The shim for PyTorch needs no torch to be built: its functions are declared by hand, and an empty library
# of torch's name makes the linker write down where they will be.
build/lib/libactzoo_torch.so: Bindings/python/native/torch.c Bindings/python/native/torch_stable.h build/lib/libactzoo.so
	@mkdir -p build/stubs
	$(CC) -shared -nostdlib -Wl,-soname,libtorch_cpu.so -x c /dev/null -o build/stubs/libtorch_cpu.so
	$(CC) -std=c11 -O2 -Wall -Wextra -Werror -fPIC -fexceptions -fvisibility=hidden -shared -I Include $< -o $@ -pthread \
	  -Wl,-z,now -Wl,--no-as-needed build/stubs/libtorch_cpu.so build/lib/libactzoo.so -Wl,-rpath,'$$ORIGIN'

plugins: $(plugins:%=build/stamps/%.$(ISA))
define plugin_rule
build/stamps/$(1).$$(ISA): $$(wildcard Plugins/$(1)/*.swift Plugins/$(1)/*.actzoo Plugins/$(1)/*.c) $$(kit) $$(glue) | command
	@mkdir -p build/stamps
	build/bin/actzoo build Plugins/$(1) --isa $$(ISA) -o build/lib/actzoo
	@touch $$@
endef
build/stamps/Formula.$(ISA): Include/actzoo/formula.h
$(foreach plugin,$(plugins),$(eval $(call plugin_rule,$(plugin))))

# Build first: what is installed with other rights is not built with them.
install install-wheel uninstall: export VERSION := $(VERSION)
install install-wheel uninstall: export SONAME := $(SONAME)
install:
	@Scripts/install "$(PREFIX)"
install-wheel:
	@Scripts/install --wheel "$(PREFIX)"
uninstall:
	@Scripts/install --remove "$(PREFIX)"

demo:
	@Scripts/setup demo
	@$(MAKE) --no-print-directory -j2 all
	@Scripts/demo

test:
	@Scripts/setup test
	@$(MAKE) --no-print-directory -j2 all ISA=all
	@$(MAKE) --no-print-directory lint
	swift test -c release --disable-local-rpath
	.venv/bin/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile Tests/EndToEnd Bindings/python/tests

lint:
	swift format lint --strict -r Sources Plugins Tests Package.swift
	clang-format --dry-run --Werror $(shell git ls-files '*.c' '*.h' '*.cpp' '*.hpp')
	.venv/bin/ruff check Bindings Tests Benchmarks Scripts
	.venv/bin/ruff format --check Bindings Tests Benchmarks Scripts

fuzz:
	@Scripts/setup build
	@Scripts/fuzz $(SECONDS)

bench:
	@Scripts/setup bench
	@$(MAKE) --no-print-directory -j2 all
	.venv/bin/python Benchmarks/performance.py -o docs/performance.md
	.venv/bin/python Benchmarks/bindings.py -o docs/bindings.md

accuracy:
	@Scripts/setup demo
	@$(MAKE) --no-print-directory -j2 all
	.venv/bin/python Benchmarks/accuracy.py -o docs/accuracy.md

clean:
	rm -rf build .build
