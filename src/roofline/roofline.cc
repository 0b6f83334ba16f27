#include "roofline/roofline.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <span>

#include "base/check.h"
#include "base/cpu.h"
#include "roofline/probes.h"

namespace edgevlm {
namespace {

constexpr double kGiga = 1e9;

// Sizes that a thread reads repeatedly: half of the smallest L1 cache in use (32 KiB), and several
// times the usual L1 cache but less than a core's part of any L2 cache.
constexpr std::size_t kL1Bytes = 16 << 10;
constexpr std::size_t kL2Bytes = 192 << 10;
constexpr std::size_t kMemoryPart = 1 << 20;  // of the memory, read in one call
constexpr std::size_t kAlignment = 64;

struct Arithmetic {
  const char* name;
  const char* instruction;
  bool supported;
  ArithmeticProbe run;
};

bool Supports(Isa isa) { return Includes(*ChooseIsa(), isa); }

// For each name the first supported instruction is measured.
std::vector<Arithmetic> Arithmetics() {
  return {
#if defined(__x86_64__)
    {"int8", "vpdpbusd, 512 bits", Supports(Isa::kAvx512Vnni), Int8Avx512Vnni},
        {"int8", "vpdpbusd, 256 bits", HasFeature(Feature::kAvxVnni), Int8AvxVnni},
        {"int8", "vpmaddubsw + vpmaddwd + vpaddd, 256 bits", Supports(Isa::kAvx2), Int8Avx2},
        {"bfloat16", "vdpbf16ps, 512 bits", HasFeature(Feature::kAvx512Bf16), Bfloat16Avx512},
        {"float32", "vfmadd231ps, 512 bits", Supports(Isa::kAvx512), FloatAvx512},
        {"float32", "vfmadd231ps, 256 bits", Supports(Isa::kAvx2), FloatAvx2},
#elif defined(__aarch64__)
    {"int8", "smmla", Supports(Isa::kI8mm), Int8I8mm},
        {"int8", "sdot", Supports(Isa::kDotprod), Int8Dotprod},
        {"bfloat16", "bfmmla", HasFeature(Feature::kNeonBf16), Bfloat16Neon},
        {"float32", "fmla, 128 bits", Supports(Isa::kNeon), FloatNeon},
#endif
        {"float32", "plain C++", true, FloatScalar},
  };
}

ReadProbe ChooseRead() {
#if defined(__x86_64__)
  if (Supports(Isa::kAvx512)) return ReadAvx512;
  if (Supports(Isa::kAvx2)) return ReadAvx2;
#elif defined(__aarch64__)
  if (Supports(Isa::kNeon)) return ReadNeon;
#endif
  return ReadScalar;
}

struct FreeMemory {
  void operator()(std::byte* memory) const { std::free(memory); }
};
using Memory = std::unique_ptr<std::byte, FreeMemory>;

// Written once, so that each page exists: pages never written to all map to the same zero page.
Memory MakeMemory(std::size_t bytes) {
  Memory memory(static_cast<std::byte*>(std::aligned_alloc(kAlignment, bytes)));
  if (memory != nullptr) std::fill_n(memory.get(), bytes, std::byte{1});
  return memory;
}

// The best rate of several tries, in billions per second. part(thread) does a part of the work and
// returns its amount; all threads repeat it until the time is over. Time is measured from the first
// start to the last end, so threads that run one after the other show no higher rate than one.
template <class Part>
double BestRate(const RooflineOptions& options, int threads, ThreadPool& pool, const Part& part) {
  using Clock = std::chrono::steady_clock;
  double best = 0;
  for (int i = 0; i < options.tries; ++i) {
    std::atomic<double> work = 0;
    const auto start = Clock::now();
    pool.ParallelFor(threads, 1, [&](int begin, int end, int) {
      for (int thread = begin; thread < end; ++thread) {
        const auto deadline = Clock::now() + std::chrono::milliseconds(options.probe_ms);
        double own = 0;
        while (Clock::now() < deadline) own += part(thread);
        work += own;
      }
    });
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    best = std::max(best, work.load() / seconds);
  }
  return best / kGiga;
}

template <class Part>
void Measure(const RooflineOptions& options, ThreadPool& pool, Limit& limit, const Part& part) {
  limit.one_thread = BestRate(options, 1, pool, part);
  limit.all_threads =
      pool.threads() == 1 ? limit.one_thread : BestRate(options, pool.threads(), pool, part);
}

// The memory that one thread reads: `part` bytes at a time, cycling through its own `bytes`.
struct Range {
  const std::byte* begin = nullptr;
  std::size_t bytes = 0;
  std::size_t at = 0;

  double Read(ReadProbe probe, std::size_t part) {
    if (at + part > bytes) at = 0;
    const std::uint64_t found = probe(begin + at, part);
    CHECK(found == 0x0101010101010101);  // what MakeMemory wrote: proves the read
    at += part;
    return static_cast<double>(part);
  }
};

Limit MeasureRead(const char* name, std::size_t bytes, std::size_t part,
                  const RooflineOptions& options, ThreadPool& pool) {
  Limit limit = {.name = name, .instruction = "", .unit = "GB/s"};
  const ReadProbe probe = ChooseRead();
  const std::size_t threads = static_cast<std::size_t>(pool.threads());
  const Memory memory = MakeMemory(bytes * threads);
  if (memory == nullptr) return limit;
  std::vector<Range> ranges(threads);
  for (std::size_t i = 0; i < threads; ++i) ranges[i] = {memory.get() + i * bytes, bytes};
  Measure(options, pool, limit, [&](int thread) {
    // A copy, so that threads do not write to one cache line.
    Range& range = ranges[static_cast<std::size_t>(thread)];
    Range mine = range;
    double read = 0;
    for (std::size_t done = 0; done < kMemoryPart; done += part) read += mine.Read(probe, part);
    range = mine;
    return read;
  });
  return limit;
}

}  // namespace

std::vector<Limit> MeasureRoofline(const RooflineOptions& options, ThreadPool& pool) {
  std::vector<Limit> limits;
  for (const Arithmetic& arithmetic : Arithmetics()) {
    const bool known = !limits.empty() && limits.back().name == arithmetic.name;
    if (!arithmetic.supported || known) continue;
    Limit& limit = limits.emplace_back(
        Limit{.name = arithmetic.name, .instruction = arithmetic.instruction, .unit = "GOP/s"});
    Measure(options, pool, limit, [&](int) { return arithmetic.run(); });
  }
  const std::size_t threads = static_cast<std::size_t>(pool.threads());
  const std::size_t memory =
      std::max(kMemoryPart, options.memory_bytes / threads / kMemoryPart * kMemoryPart);
  limits.push_back(MeasureRead("read L1", kL1Bytes, kL1Bytes, options, pool));
  limits.push_back(MeasureRead("read L2", kL2Bytes, kL2Bytes, options, pool));
  limits.push_back(MeasureRead("read memory", memory, kMemoryPart, options, pool));
  return limits;
}

}  // namespace edgevlm
