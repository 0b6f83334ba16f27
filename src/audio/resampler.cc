#include "audio/resampler.h"

#include <soxr.h>

#include <new>

#include "base/check.h"

namespace edgevlm {

Resampler::Resampler(int from_rate, int to_rate) {
  CHECK(from_rate > 0 && to_rate > 0);
  const soxr_io_spec_t samples = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  quality.passband_end = 0.96;  // of half the lower rate
  const soxr_runtime_spec_t one_thread = soxr_runtime_spec(1);
  soxr_error_t error = nullptr;
  state_.reset(soxr_create(from_rate, to_rate, 1, &error, &samples, &quality, &one_thread));
  if (error != nullptr) throw std::bad_alloc();
}

void Resampler::Free::operator()(soxr* state) const { soxr_delete(state); }

void Resampler::Resample(std::span<const float> in, bool is_last, std::vector<float>& out) {
  constexpr std::size_t kChunk = 4096;  // output samples of one call
  const auto process = [&](const float* from, std::size_t count) {
    const std::size_t size = out.size();
    out.resize(size + kChunk);
    std::size_t read = 0, made = 0;
    CHECK(soxr_process(state_.get(), from, count, &read, out.data() + size, kChunk, &made) ==
          nullptr);
    CHECK(read > 0 || made > 0 || from == nullptr);
    out.resize(size + made);
    in = in.subspan(read);
    return made;
  };
  while (!in.empty()) process(in.data(), in.size());
  if (!is_last) return;
  // Without input, it gives the rest of what it has read.
  while (process(nullptr, 0) > 0) {
  }
}

}  // namespace edgevlm
