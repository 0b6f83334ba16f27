#include "engine/sound/encode_sound.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "audio/log_mel.h"
#include "audio/sample_source.h"
#include "base/priority_gate.h"
#include "base/stopwatch.h"
#include "digest/sha256.h"

namespace edgevlm {
namespace {

// Shorter sounds hold no word, and cannot be mirrored.
constexpr std::size_t kLeastSamples = kSampleRate / 10;
// The spectrogram of all is in memory at once, whatever the context would take.
constexpr double kMostSeconds = 1800;

double SecondsOf(double samples) { return samples / kSampleRate; }

std::string Seconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f s", seconds);
  return text;
}

int FramesOf(std::size_t samples) { return static_cast<int>((samples + kMelHop - 1) / kMelHop); }

// seconds: as the header says, 0 if it does not.
Error TooLong(double seconds, const SoundLimit& limit) {
  const bool is_known = seconds > limit.seconds();
  return {ErrorCode::kTooLarge, "sound: expected at most " + Seconds(limit.seconds()) + ", found " +
                                    (is_known ? Seconds(seconds) : std::string("more")) +
                                    (limit.is_context ? " (-c, --context sets the context)" : "")};
}

// Whether the model takes a sound with so many samples. seconds: of the whole recording, if that is
// known to be longer.
MaybeError CheckLength(const Model& model, std::size_t samples, double seconds) {
  const SoundLimit limit = MostSound(model);
  const auto most = static_cast<std::size_t>(limit.frames) * kMelHop;
  if (samples > most) return TooLong(seconds, limit);
  if (samples >= kLeastSamples) return std::nullopt;
  return Error{ErrorCode::kInvalid, "sound: expected at least " +
                                        Seconds(SecondsOf(static_cast<double>(kLeastSamples))) +
                                        ", found " +
                                        Seconds(SecondsOf(static_cast<double>(samples)))};
}

// The mel spectrogram of all windows, [T, B]; of a family that pads sound, with what
// SoundEncoder::InputFrames adds.
View<float> MakeSpectrogram(const SoundEncoder& encoder, std::span<const float> samples,
                            Workspace& workspace, const Run& run) {
  const SoundShape& shape = encoder.shape();
  const LogMel log_mel(shape.bands);
  const int frames = FramesOf(samples.size());
  PROFILE_ZONE(run.profiler, "sound.mel");
  if (!shape.reads_alone) {
    const View<float> mel = workspace.Alloc(encoder.InputFrames(frames), shape.bands);
    log_mel.OfWindow(samples, mel, run.pool);
    return mel;
  }
  const View<float> mel = workspace.Alloc(frames, shape.bands);
  std::vector<float> whole(samples.begin(), samples.end());
  whole.resize(static_cast<std::size_t>(frames) * kMelHop);  // silence completes the last hop
  log_mel.OfWhole(whole, mel, run.pool);
  return mel;
}

// Without values.
EncodedImage LayOutSound(const SoundEncoder& encoder, int frames) {
  const SoundShape& shape = encoder.shape();
  const int tokens = SoundTokens(encoder, frames);
  EncodedImage sound = {.tokens = tokens,
                        .is_sound = true,
                        .width = shape.width,
                        .embeddings = {},
                        .pieces = {{.markup = std::string(shape.before), .rows = tokens}},
                        .counted_as = std::string(shape.counted_as),
                        .timings = {}};
  if (!shape.after.empty()) sound.pieces.push_back({.markup = std::string(shape.after)});
  return sound;
}

std::string IdOf(std::span<const float> samples) {
  Sha256 digest;
  digest.Update(std::as_bytes(samples));
  return digest.HexDigest();
}

Error Cancelled() { return {ErrorCode::kCancelled, "sound: cancelled"}; }

Error NoSoundEncoder() {
  return {ErrorCode::kUnsupported,
          "sound: this model reads none; expected an audio encoder (mmproj) beside it"};
}

MaybeError CheckSound(const Model& model, const Sound& sound) {
  if (model.sound_encoder == nullptr) return NoSoundEncoder();
  const std::vector<float>& samples = sound.samples;
  if (auto error =
          CheckLength(model, samples.size(), SecondsOf(static_cast<double>(samples.size())))) {
    return error;
  }
  if (std::ranges::all_of(samples, [](float v) { return std::isfinite(v); })) return std::nullopt;
  return Error{ErrorCode::kInvalid, "sound: expected finite samples, found NaN or infinity"};
}

Error Named(const SoundInput& input, const Error& error) {
  if (input.path.empty()) return error;
  const std::string name = input.path == "-" ? "standard input" : input.path;
  return error.message.starts_with(name) ? error : error.In(name);
}

Result<Sound> ReadUnnamed(const Model& model, const SoundInput& input) {
  if (model.sound_encoder == nullptr) return NoSoundEncoder();
  const SoundPart part = {
      .from_s = input.from_s, .to_s = input.to_s, .is_cancelled = input.is_cancelled};
  auto source = input.path.empty() ? OpenSound(input.file, part) : OpenSoundFile(input.path, part);
  if (!source) return source.error();
  const auto most = static_cast<std::size_t>(MostSound(model).frames) * kMelHop;
  Sound sound;
  const auto read = (*source)->Read(most + 1, sound.samples);
  if (!read) return read.error();
  if (auto error = CheckLength(model, *read, (*source)->info().seconds)) return *error;
  return sound;
}

// Of checked samples.
Result<EncodedImage> EncodeSamples(const EngineState& engine, std::span<const float> samples,
                                   const ShareOptions& options) {
  const SoundEncoder& encoder = *engine.model.sound_encoder;
  // is_over is not called again after true: it must stay true even if another caller comes
  // meanwhile.
  bool was_over = false;
  const std::function<bool()> stays_over = [&] { return was_over = was_over || options.is_over(); };
  Run run = engine.runtime.EncoderRun(options.profiler);
  if (options.is_over != nullptr) run.is_over = &stays_over;
  Workspace workspace;
  workspace.CountIn(run.profiler == nullptr ? nullptr : &run.profiler->memory());
  const WorkspaceScope scope(workspace);
  Stopwatch watch;
  const View<float> mel = MakeSpectrogram(encoder, samples, workspace, run);
  const int frames = FramesOf(samples.size());
  EncodedImage sound = LayOutSound(encoder, frames);
  sound.timings.preprocess_ms = watch.Lap();
  sound.embeddings.resize(static_cast<std::size_t>(sound.tokens) *
                          static_cast<std::size_t>(sound.width));
  const View<float> embeddings(sound.embeddings.data(), sound.tokens, sound.width);
  const PriorityGate::Long work(*run.gate);
  int row = 0;
  for (int first = 0; first < frames; first += encoder.shape().window_frames) {
    if (run.IsOver()) return Cancelled();
    const int own = std::min(encoder.shape().window_frames, frames - first);
    const int rows = encoder.Tokens(own);
    encoder.Encode(mel.Rows(first, encoder.InputFrames(own)), own, embeddings.Rows(row, rows),
                   workspace, run);
    row += rows;
  }
  if (run.IsOver()) return Cancelled();
  sound.timings.encode_ms = watch.Lap();
  sound.timings.total_ms = sound.timings.preprocess_ms + sound.timings.encode_ms;
  return sound;
}

}  // namespace

double SoundLimit::seconds() const { return SecondsOf(static_cast<double>(frames) * kMelHop); }

int SoundTokens(const SoundEncoder& encoder, int frames) {
  const int window = encoder.shape().window_frames;
  const int rest = frames % window;
  return frames / window * encoder.Tokens(window) + (rest == 0 ? 0 : encoder.Tokens(rest));
}

SoundLimit MostSound(const Model& model) {
  const SoundEncoder& encoder = *model.sound_encoder;
  const SoundShape& shape = encoder.shape();
  const int tokens = model.info.context_tokens - 2;  // one for a prompt, one for a reply
  const int most = shape.reads_alone ? static_cast<int>(kMostSeconds * kSampleRate / kMelHop)
                                     : shape.window_frames;
  int low = 0, high = most;
  while (low < high) {
    const int middle = low + (high - low + 1) / 2;
    if (SoundTokens(encoder, middle) <= tokens) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return {.frames = low, .is_context = low < most};
}

Result<Sound> ReadSound(const Model& model, const SoundInput& input) {
  Result<Sound> sound = ReadUnnamed(model, input);
  return sound ? std::move(sound) : Named(input, sound.error());
}

Result<EncodedSound> ShareSound(const EngineState& engine, const Sound& sound,
                                const ShareOptions& options) {
  if (auto error = CheckSound(engine.model, sound)) return *error;
  ImageCache* const cache = engine.runtime.image_cache.get();
  if (cache == nullptr) {
    Result<EncodedImage> encoded = EncodeSamples(engine, sound.samples, options);
    if (!encoded) return encoded.error();
    const Timings timings = encoded->timings;
    return EncodedSound{std::make_shared<const EncodedImage>(*std::move(encoded)), timings};
  }
  const std::string content = ContentOf(engine.model, IdOf(sound.samples),
                                        "sound " + std::string(options.scope), ImageLimits());
  const auto found = cache->Get(content, [&] {
    Result<EncodedImage> encoded = EncodeSamples(engine, sound.samples, options);
    if (encoded) encoded->content = content;
    return encoded;
  });
  if (!found) return found.error();
  return EncodedSound{found->image, found->is_new ? found->image->timings : Timings()};
}

Result<std::shared_ptr<const EncodedImage>> SoundWithoutValues(const Model& model,
                                                               const Sound& sound) {
  if (auto error = CheckSound(model, sound)) return *error;
  return std::make_shared<const EncodedImage>(
      LayOutSound(*model.sound_encoder, FramesOf(sound.samples.size())));
}

}  // namespace edgevlm
