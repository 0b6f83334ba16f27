#include "edgevlm/transcriber.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "audio/sample_source.h"
#include "audio/sound_format.h"
#include "base/thread_pool.h"
#include "gguf/mapped_parts.h"
#include "gguf/value.h"
#include "model/decoder/whisper.h"
#include "tokenizer/load_tokenizer.h"
#include "tokenizer/text_stream.h"
#include "transcribe/cut_segments.h"
#include "transcribe/late_drafter.h"
#include "transcribe/silence.h"
#include "transcribe/speech_tokens.h"
#include "transcribe/window_decoder.h"
#include "video/messages.h"

namespace edgevlm {
namespace {

constexpr std::size_t kWindowSamples =
    static_cast<std::size_t>(WindowDecoder::kWindowSeconds * kSampleRate);
// Shorter sounds hold no word.
constexpr std::size_t kLeastSamples = kSampleRate / 10;
// A longer silence at the start of a window is skipped, but for half a second.
constexpr std::size_t kLongSilence = kSampleRate, kKeptSilence = kSampleRate / 2;

// Texts of higher temperatures are too doubtful to be continued.
constexpr float kMostTemperatureBefore = 0.5f;
constexpr std::ptrdiff_t kMostTokensBefore = 448;  // the decoder's context

double SecondsOf(std::size_t samples) { return static_cast<double>(samples) / kSampleRate; }

std::string WithoutBlanks(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\n");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\n") + 1 - first);
}

}  // namespace

struct Transcriber::State {
  WhisperModel model;
  Tokenizer tokenizer;
  SpeechTokens tokens;
  bool is_fast;
  LateDrafter drafter;
  ThreadPool pool;

  // mapped: of the model.
  State(WhisperModel&& loaded, Tokenizer&& text, SpeechTokens&& special, MappedParts&& mapped,
        const TranscriberOptions& options)
      : model(std::move(loaded)),
        tokenizer(std::move(text)),
        tokens(std::move(special)),
        is_fast(options.precision == Precision::kInt8),
        drafter(is_fast ? std::nullopt : std::optional(std::move(mapped))),
        pool(options.threads) {}

  std::vector<std::string> Languages() const;
  // Errors: kInvalid.
  MaybeError Check(const TranscribeOptions& options) const;
  Result<Transcript> Transcribe(std::unique_ptr<SampleSource> sound,
                                const TranscribeOptions& options);
};

namespace {

// One transcript under way.
class Transcription {
 public:
  Transcription(std::unique_ptr<SampleSource> sound, WindowDecoder& decoder, LateDrafter& drafter,
                const SpeechTokens& tokens, const Tokenizer& tokenizer,
                const TranscribeOptions& options)
      : sound_(std::move(sound)),
        decoder_(decoder),
        drafter_(drafter),
        tokens_(tokens),
        tokenizer_(tokenizer),
        options_(options),
        start_(static_cast<std::size_t>(options.from_s * kSampleRate)) {}

  Result<Transcript> Transcribe(std::optional<int> language, const Run& run) {
    task_ = {.language = language,
             .translate = options_.translate,
             .temperature = options_.temperature,
             .skips_padding = options_.skips_padding};
    if (!options_.prompt.empty()) {
      text_before_ = tokenizer_.Encode(" " + WithoutBlanks(options_.prompt));
    }
    for (;;) {
      if (run.IsOver()) return Error{ErrorCode::kCancelled, "transcript: cancelled"};
      const Result<std::size_t> read = sound_->Read(kWindowSamples - window_.size(), window_);
      if (!read) return read.error();
      if (window_.empty()) break;
      transcript_.seconds = SecondsOf(start_ + window_.size());
      if (!SkipSilence() && !TranscribeWindow(run)) break;
      if (options_.on_progress) {
        options_.on_progress(SecondsOf(start_), sound_->info().seconds);
      }
    }
    if (!options_.keeps_segments) transcript_.segments.clear();
    return std::move(transcript_);
  }

 private:
  // Whether the window began with silence, which is gone now.
  bool SkipSilence() {
    const std::size_t silent = LeadingSilence(window_);
    if (silent == window_.size() || window_.size() < kLeastSamples) {
      Advance(window_.size());
      return true;
    }
    if (silent <= kLongSilence) return false;
    Advance(silent - kKeptSilence);
    return true;
  }

  void Advance(std::size_t samples) {
    window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(samples));
    start_ += samples;
  }

  // False if the caller wants no more.
  bool TranscribeWindow(const Run& run) {
    if (const CrossDecoder* drafter = drafter_.ForNextWindow()) decoder_.UseDrafter(*drafter);
    task_.text_before = text_before_;
    const WindowDecoder::Tokens found = decoder_.Decode(window_, task_);
    if (run.IsOver()) return true;
    if (found.IsSilence()) {
      Advance(window_.size());
      return true;
    }
    if (!task_.language) task_.language = found.language;
    const WindowSegments cut = CutSegments(tokens_, found.sampled, SecondsOf(window_.size()));
    if (found.temperature > kMostTemperatureBefore) text_before_.clear();
    bool goes_on = true;
    for (const WindowSegments::Segment& segment : cut.segments) {
      goes_on = goes_on && AddSegment(segment, found);
      if (found.temperature <= kMostTemperatureBefore) {
        text_before_.insert(text_before_.end(), segment.tokens.begin(), segment.tokens.end());
      }
    }
    if (std::ssize(text_before_) > kMostTokensBefore) {
      text_before_.erase(text_before_.begin(), text_before_.end() - kMostTokensBefore);
    }
    // A time is a whole number of samples.
    Advance(std::clamp<std::size_t>(static_cast<std::size_t>(cut.next_s * kSampleRate + 0.5), 1,
                                    window_.size()));
    return goes_on;
  }

  bool AddSegment(const WindowSegments::Segment& segment, const WindowDecoder::Tokens& window) {
    TextStream stream;  // bytes that are no UTF-8 must not reach the caller
    const std::string text =
        WithoutBlanks(stream.Push(tokenizer_.Decode(tokens_.TextOf(segment.tokens))));
    if (text.empty()) return true;
    transcript_.language = LanguageOf(window);
    if (!options_.keeps_segments) transcript_.segments.clear();
    transcript_.segments.push_back({.start_s = SecondsOf(start_) + segment.start_s,
                                    .end_s = SecondsOf(start_) + segment.end_s,
                                    .text = text,
                                    .tokens = segment.tokens,
                                    .window_s = SecondsOf(start_),
                                    .mean_log_probability = window.mean_log_probability,
                                    .no_speech_probability = window.no_speech_probability,
                                    .compression_ratio = window.compression_ratio,
                                    .temperature = window.temperature});
    return !options_.on_segment || options_.on_segment(transcript_.segments.back());
  }

  std::string LanguageOf(const WindowDecoder::Tokens& window) const {
    if (!window.language) return "en";
    return std::ranges::find(tokens_.languages, *window.language, &SpeechTokens::Language::id)
        ->code;
  }

  std::unique_ptr<SampleSource> sound_;
  WindowDecoder& decoder_;
  LateDrafter& drafter_;
  const SpeechTokens& tokens_;
  const Tokenizer& tokenizer_;
  const TranscribeOptions& options_;
  WindowDecoder::Task task_;
  std::vector<int> text_before_;  // tokens before the window
  std::vector<float> window_;     // samples from `start_` on
  std::size_t start_;             // of the recording
  Transcript transcript_;
};

// Whether windows of 30 s and their tokens fit the model.
MaybeError CheckSizes(const WhisperModel& model) {
  constexpr int kLeastContext = 8;
  const int samples = 2 * kMelHop * model.encoder->sizes().positions;
  if (samples != static_cast<int>(kWindowSamples)) {
    return Error{ErrorCode::kInvalid, "model: audio encoder: expected " +
                                          std::to_string(kWindowSamples / (2 * kMelHop)) +
                                          " positions, found " +
                                          std::to_string(model.encoder->sizes().positions)};
  }
  if (model.decoder->shape().context < kLeastContext) {
    return Error{ErrorCode::kInvalid, "model: decoder: expected at least " +
                                          std::to_string(kLeastContext) + " positions, found " +
                                          std::to_string(model.decoder->shape().context)};
  }
  return std::nullopt;
}

SoundPart PartOf(const TranscribeOptions& options) {
  return {.from_s = options.from_s, .to_s = options.to_s, .is_cancelled = options.is_cancelled};
}

}  // namespace

bool IsSoundFile(std::span<const std::byte> file) {
  return SoundFormatOf(file).ok() || IsOtherSound(file);
}

Transcriber::Transcriber(std::unique_ptr<State> state) : state_(std::move(state)) {}
Transcriber::Transcriber(Transcriber&&) noexcept = default;
Transcriber& Transcriber::operator=(Transcriber&&) noexcept = default;
Transcriber::~Transcriber() = default;

Result<Transcriber> Transcriber::Load(const std::string& path, const TranscriberOptions& options) {
  auto mapped = MappedParts::Open(path);
  if (!mapped) return mapped.error();
  const auto file = GgufFile::Parse(mapped->bytes(), [&](auto part) { mapped->Forget(part); });
  if (!file) return file.error().In(path);
  const bool is_fast = options.precision == Precision::kInt8;
  auto model = LoadWhisper(*file, is_fast ? Packing::kInt8 : Packing::kExact);
  if (!model) return model.error().In(path);
  if (auto error = CheckSizes(*model)) return error->In(path);
  auto tokenizer = LoadTokenizer(*file);
  if (!tokenizer) return tokenizer.error().In(path);
  auto tokens = SpeechTokens::Find(*tokenizer, model->decoder->shape().vocabulary);
  if (!tokens) return tokens.error().In(path);
  if (auto error = mapped->CheckUnchanged()) return *error;
  return Transcriber(std::make_unique<State>(*std::move(model), *std::move(tokenizer),
                                             *std::move(tokens), *std::move(mapped), options));
}

std::vector<std::string> Transcriber::languages() const { return state_->Languages(); }

std::vector<std::string> Transcriber::State::Languages() const {
  std::vector<std::string> codes;
  for (const auto& language : tokens.languages) codes.push_back(language.code);
  if (codes.empty()) codes.emplace_back("en");
  return codes;
}

MaybeError Transcriber::State::Check(const TranscribeOptions& options) const {
  const bool is_english = tokens.languages.empty() && options.language == "en";
  if (!options.language.empty() && !tokens.LanguageId(options.language) && !is_english) {
    constexpr std::size_t kShownBytes = 20;
    std::string known;
    for (const std::string& code : Languages()) known += (known.empty() ? "" : ", ") + code;
    return Error{ErrorCode::kInvalid, "language: expected one of " + known + ", found '" +
                                          Printable(options.language, kShownBytes) + "'"};
  }
  if (!(options.temperature >= 0 && options.temperature <= WindowDecoder::kHighestTemperature)) {
    return Error{ErrorCode::kInvalid,
                 "temperature: expected 0 to 1, found " + std::to_string(options.temperature)};
  }
  constexpr double kMostSeconds = 1e9;
  if (!(options.from_s >= 0 && options.from_s <= kMostSeconds && options.to_s >= options.from_s)) {
    return Error{ErrorCode::kInvalid, "part: expected a time and a later one, found " +
                                          std::to_string(options.from_s) + " and " +
                                          std::to_string(options.to_s)};
  }
  return std::nullopt;
}

Result<Transcript> Transcriber::State::Transcribe(std::unique_ptr<SampleSource> sound,
                                                  const TranscribeOptions& options) {
  const Run run = {.pool = pool,
                   .fast = is_fast,
                   .is_over = options.is_cancelled ? &options.is_cancelled : nullptr};
  WindowDecoder decoder(model, tokens, tokenizer, run);
  return Transcription(std::move(sound), decoder, drafter, tokens, tokenizer, options)
      .Transcribe(tokens.LanguageId(options.language), run);
}

Result<Transcript> Transcriber::Transcribe(std::span<const std::byte> file,
                                           const TranscribeOptions& options) {
  if (auto error = state_->Check(options)) return *error;
  auto sound = OpenSound(file, PartOf(options));
  if (!sound) return sound.error();
  return state_->Transcribe(*std::move(sound), options);
}

Result<Transcript> Transcriber::TranscribeFile(const std::string& path,
                                               const TranscribeOptions& options) {
  if (auto error = state_->Check(options)) return *error;
  const std::string name = path == "-" ? "standard input" : path;
  const auto named = [&](const Error& error) {
    return error.message.starts_with(name) ? error : error.In(name);
  };
  auto sound = OpenSoundFile(path, PartOf(options));
  if (!sound) return named(sound.error());
  auto transcript = state_->Transcribe(*std::move(sound), options);
  return transcript ? std::move(transcript) : named(transcript.error());
}

bool Transcriber::HasNoSound(const Error& error) {
  return error.code == ErrorCode::kUnsupported &&
         error.message.ends_with(MessageReader::kNoSoundTrack);
}

}  // namespace edgevlm
