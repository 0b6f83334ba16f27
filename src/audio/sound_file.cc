#include "audio/sound_file.h"

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "audio/sound_format.h"
#include "base/checked_copy.h"

namespace edgevlm {

// What the library's callbacks read. It keeps a pointer to this.
struct SoundFile::State {
  std::span<const std::byte> file;
  sf_count_t position = 0;
  bool was_truncated = false;
  SNDFILE* sound = nullptr;
  std::int64_t frames = 0;       // that the header promises; 0: unknown
  std::int64_t most_frames = 0;  // that the limits permit
  std::int64_t read = 0;         // frames so far
};

namespace {

template <class State>
sf_count_t Length(void* user) {
  return static_cast<sf_count_t>(static_cast<State*>(user)->file.size());
}

template <class State>
sf_count_t Seek(sf_count_t offset, int whence, void* user) {
  State& state = *static_cast<State*>(user);
  const auto size = static_cast<sf_count_t>(state.file.size());
  sf_count_t base = 0;
  if (whence == SEEK_CUR) base = state.position;
  if (whence == SEEK_END) base = size;
  // A header can ask for any offset: the sum must not overflow.
  state.position = std::clamp<sf_count_t>(std::clamp(offset, -size, size) + base, 0, size);
  return state.position;
}

template <class State>
sf_count_t Tell(void* user) {
  return static_cast<State*>(user)->position;
}

template <class State>
sf_count_t ReadBytes(void* to, sf_count_t count, void* user) {
  State& state = *static_cast<State*>(user);
  const auto size = static_cast<sf_count_t>(state.file.size());
  const sf_count_t bytes = std::clamp<sf_count_t>(count, 0, size - state.position);
  const auto part =
      state.file.subspan(static_cast<std::size_t>(state.position), static_cast<std::size_t>(bytes));
  if (!CheckedCopy(part, static_cast<std::byte*>(to))) {
    state.was_truncated = true;
    return 0;
  }
  state.position += bytes;
  return bytes;
}

sf_count_t Write(const void*, sf_count_t, void*) { return 0; }

template <class State>
SNDFILE* OpenSound(State& state, SF_INFO& info) {
  SF_VIRTUAL_IO calls = {Length<State>, Seek<State>, ReadBytes<State>, Write, Tell<State>};
  return sf_open_virtual(&calls, SFM_READ, &info, &state);
}

std::string WithoutPeriod(std::string text) {
  while (!text.empty() && (text.back() == '.' || text.back() == '\n')) text.pop_back();
  return text;
}

MaybeError CheckLimits(const char* format, const SF_INFO& info, const SoundLimits& limits) {
  const auto too_large = [&](const std::string& what) {
    return Error{ErrorCode::kTooLarge, std::string(format) + ": expected " + what};
  };
  if (info.channels < 1 || info.channels > limits.channels) {
    return too_large("1 to " + std::to_string(limits.channels) + " channels, found " +
                     std::to_string(info.channels));
  }
  if (info.samplerate < limits.lowest_rate || info.samplerate > limits.highest_rate) {
    return too_large(std::to_string(limits.lowest_rate) + " to " +
                     std::to_string(limits.highest_rate) + " samples a second, found " +
                     std::to_string(info.samplerate));
  }
  return std::nullopt;
}

}  // namespace

void SoundFile::Free::operator()(State* state) const {
  if (state->sound != nullptr) sf_close(state->sound);
  delete state;
}

SoundFile::SoundFile(std::unique_ptr<State, Free> state, const SoundInfo& info)
    : state_(std::move(state)), info_(info) {}

Result<SoundFile> SoundFile::Open(std::span<const std::byte> file, const SoundLimits& limits) {
  const auto format = SoundFormatOf(file);
  if (!format) return format.error();
  if (auto error = CheckLength(file, *format)) return *error;
  std::unique_ptr<State, Free> state(new State{.file = file});
  SF_INFO info = {};
  state->sound = OpenSound(*state, info);
  if (state->was_truncated) {
    return Error{ErrorCode::kIo, std::string(*format) + ": the file was truncated meanwhile"};
  }
  if (state->sound == nullptr) {
    return Error{ErrorCode::kCorrupt, std::string(*format) + ": cannot be decoded: " +
                                          WithoutPeriod(sf_strerror(nullptr))};
  }
  if (auto error = CheckLimits(*format, info, limits)) return *error;
  const bool is_estimate = *format == std::string_view("mp3");
  const bool is_known = info.frames > 0 && info.frames < SF_COUNT_MAX;
  state->frames = is_known && !is_estimate ? info.frames : 0;
  state->most_frames = static_cast<std::int64_t>(limits.seconds * info.samplerate);
  const double seconds = is_known ? static_cast<double>(info.frames) / info.samplerate : 0;
  if (seconds > limits.seconds) {
    return Error{ErrorCode::kTooLarge, std::string(*format) + ": expected at most " +
                                           std::to_string(static_cast<long>(limits.seconds)) +
                                           " seconds, found " +
                                           std::to_string(std::llround(seconds))};
  }
  return SoundFile(
      std::move(state),
      {.format = *format, .rate = info.samplerate, .channels = info.channels, .seconds = seconds});
}

Result<std::size_t> SoundFile::Read(std::span<float> out) {
  State& state = *state_;
  const auto channels = static_cast<std::size_t>(info_.channels);
  const sf_count_t wanted = static_cast<sf_count_t>(out.size() / channels);
  const sf_count_t found =
      std::clamp<sf_count_t>(sf_readf_float(state.sound, out.data(), wanted), 0, wanted);
  const std::string format = info_.format;
  if (state.was_truncated) {
    return Error{ErrorCode::kIo, format + ": the file was truncated meanwhile"};
  }
  const auto values = out.first(static_cast<std::size_t>(found) * channels);
  const auto bad = std::ranges::find_if(values, [](float v) { return !std::isfinite(v); });
  if (bad != values.end()) {
    const auto frame = state.read + (bad - values.begin()) / info_.channels;
    return Error{ErrorCode::kCorrupt, format + ": frame " + std::to_string(frame) +
                                          ": expected a finite number, found NaN or infinity"};
  }
  state.read += found;
  if (state.read > state.most_frames) {
    return Error{
        ErrorCode::kTooLarge,
        format + ": expected at most " + std::to_string(state.most_frames) + " frames, found more"};
  }
  if (found < wanted && state.read < state.frames) {
    return Error{ErrorCode::kCorrupt, format + ": expected " + std::to_string(state.frames) +
                                          " frames, found " + std::to_string(state.read)};
  }
  return static_cast<std::size_t>(found);
}

}  // namespace edgevlm
