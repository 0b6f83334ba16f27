#include "audio/resampler.h"

#include <samplerate.h>

#include <cmath>
#include <new>

#include "base/check.h"

namespace edgevlm {

Resampler::Resampler(int from_rate, int to_rate)
    : ratio_(static_cast<double>(to_rate) / from_rate) {
  CHECK(src_is_valid_ratio(ratio_) != 0);
  int error = 0;
  state_.reset(src_new(SRC_SINC_BEST_QUALITY, 1, &error));
  if (state_ == nullptr) throw std::bad_alloc();
}

void Resampler::Free::operator()(SRC_STATE_tag* state) const { src_delete(state); }

void Resampler::Resample(std::span<const float> in, bool is_last, std::vector<float>& out) {
  constexpr std::size_t kChunk = 4096;  // output samples of one call
  for (;;) {
    const std::size_t size = out.size();
    out.resize(size + kChunk);
    SRC_DATA data = {};
    data.data_in = in.data();
    data.input_frames = static_cast<long>(in.size());
    data.data_out = out.data() + size;
    data.output_frames = kChunk;
    data.end_of_input = is_last ? 1 : 0;
    data.src_ratio = ratio_;
    CHECK(src_process(state_.get(), &data) == 0);
    out.resize(size + static_cast<std::size_t>(data.output_frames_gen));
    in = in.subspan(static_cast<std::size_t>(data.input_frames_used));
    if (in.empty() && data.output_frames_gen < static_cast<long>(kChunk)) return;
    CHECK(data.input_frames_used > 0 || data.output_frames_gen > 0);
  }
}

}  // namespace edgevlm
