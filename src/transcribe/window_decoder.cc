#include "transcribe/window_decoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "decode/log_probability.h"

namespace edgevlm {
namespace {

constexpr double kNoSpeechProbability = 0.6, kLeastLogProbability = -1;
constexpr float kTemperatureStep = 0.2f;

// Silence after a sound that is encoded alone: without some, Whisper often writes the last words
// again.
constexpr int kFramesAfterSound = 100;

bool IsGood(const WindowDecoder::Tokens& found) {
  return found.IsSilence() || (found.mean_log_probability >= kLeastLogProbability &&
                               found.compression_ratio <= DrawnText::kMostCompression);
}

}  // namespace

WindowDecoder::WindowDecoder(const WhisperModel& model, const SpeechTokens& tokens,
                             const Tokenizer& tokenizer, const Run& run)
    : model_(model),
      tokens_(tokens),
      tokenizer_(tokenizer),
      run_(run),
      log_mel_(model.encoder->sizes().bands),
      text_(model, tokens, run) {}

bool WindowDecoder::Tokens::IsSilence() const {
  return no_speech_probability > kNoSpeechProbability &&
         mean_log_probability <= kLeastLogProbability;
}

void WindowDecoder::Encode(std::span<const float> samples, int frames) {
  const WorkspaceScope scope(workspace_);
  const AudioSizes& sizes = model_.encoder->sizes();
  const View<float> mel = workspace_.Alloc(frames, sizes.bands);  // [T, B]
  {
    PROFILE_ZONE(run_.profiler, "audio_tower.mel");
    // Zeros follow the sound rather than the spectrum of silence, which Whisper was trained with:
    // it then makes a tenth fewer errors in short sentences (bench/peers/speech), and
    // faster-whisper does the same.
    const int heard = std::min(frames, static_cast<int>((samples.size() + kMelHop - 1) / kMelHop));
    log_mel_.OfWindow(samples, mel.Rows(0, heard), run_.pool);
    for (int t = heard; t < frames; ++t) std::ranges::fill(mel.Row(t), 0.0f);
  }
  const View<float> features =
      workspace_.Alloc(WhisperEncoder::Rows(frames), sizes.width);  // [R, E]
  model_.encoder->Encode(mel, features, workspace_, run_);
  text_.ReadFeatures(features);
}

int WindowDecoder::MostLikelyLanguage(std::span<const float> logits) const {
  const auto logit = [&](const SpeechTokens::Language& language) {
    return logits[static_cast<std::size_t>(language.id)];
  };
  return std::ranges::max_element(tokens_.languages, {}, logit)->id;
}

std::vector<float> WindowDecoder::ReadPrompt(const Task& task, Tokens& found) {
  found.language = task.language;
  const bool has_languages = !tokens_.languages.empty();
  if (has_languages && !task.language) {
    // Before the text, whose language the model would repeat.
    found.language = MostLikelyLanguage(text_.Add({&tokens_.start, 1}));
    text_.TruncateTo(0);
  }
  std::vector<int> before;
  if (tokens_.previous && !task.text_before.empty()) {
    // Half of the context holds it and its mark, as Whisper was trained.
    const auto most = static_cast<std::size_t>(std::max(text_.capacity() / 2 - 1, 0));
    const auto last = task.text_before.last(std::min(most, task.text_before.size()));
    before.push_back(*tokens_.previous);
    before.insert(before.end(), last.begin(), last.end());
  }
  before.push_back(tokens_.start);
  std::span<const float> logits = text_.Add(before);
  if (tokens_.no_speech) {
    found.no_speech_probability = std::exp(LogProbability(logits, *tokens_.no_speech));
  }
  if (has_languages) {
    const int prompt[] = {*found.language, task.translate ? tokens_.translate : tokens_.transcribe};
    logits = text_.Add(prompt);
  }
  prompt_end_ = text_.length();
  return {logits.begin(), logits.end()};
}

DrawnText WindowDecoder::NewText(float temperature, int seed) const {
  return {tokens_,
          {.temperature = temperature,
           .seed = static_cast<std::uint64_t>(seed),
           .vocabulary = text_.vocabulary(),
           // Half of the context, as Whisper does; the rest is for a prompt.
           .most = std::min(text_.capacity() / 2, text_.capacity() - prompt_end_)}};
}

DrawnText WindowDecoder::DrawLikeliest(std::span<const float> after_prompt) {
  text_.TruncateTo(prompt_end_);
  std::vector<float> first(after_prompt.begin(), after_prompt.end());
  std::span<float> logits = first;
  DrawnText text = NewText(0, 0);
  while (!run_.IsOver() && text.Choose(logits)) logits = text_.AddLast(text.tokens());
  return text;
}

DrawnText WindowDecoder::DrawBest(std::span<const float> after_prompt, int attempt,
                                  float temperature) {
  text_.TruncateTo(prompt_end_);
  if (!draws_) draws_.emplace(model_, kDraws, run_);
  draws_->Start(text_.cache(), prompt_end_);
  std::vector<DrawnText> texts;
  for (int i = 0; i < kDraws; ++i) texts.push_back(NewText(temperature, attempt * kDraws + i));
  std::array<bool, kDraws> grows = {};
  const auto choose = [&](int text, std::span<float> logits) {
    const auto i = static_cast<std::size_t>(text);
    grows[i] = texts[i].Choose(logits);
  };
  for (int i = 0; i < kDraws; ++i) {
    std::vector<float> logits(after_prompt.begin(), after_prompt.end());
    choose(i, logits);
  }
  for (std::vector<TextBatch::Token> added;;) {
    added.clear();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (grows[i]) added.push_back({static_cast<int>(i), texts[i].tokens().back()});
    }
    if (added.empty() || run_.IsOver()) break;
    draws_->Add(added, text_.cross());
    // Drawing from all tokens takes a tenth of the time of a pass.
    run_.pool.ParallelFor(static_cast<int>(added.size()), 0.5, [&](int begin, int end, int) {
      for (int i = begin; i < end; ++i) {
        choose(added[static_cast<std::size_t>(i)].text, draws_->Logits(i));
      }
    });
  }
  return *std::ranges::max_element(texts, {}, &DrawnText::MeanLogProbability);
}

void WindowDecoder::Draw(std::span<const float> after_prompt, int attempt, Tokens& found) {
  const DrawnText text = found.temperature > 0 ? DrawBest(after_prompt, attempt, found.temperature)
                                               : DrawLikeliest(after_prompt);
  found.sampled = text.tokens();
  found.mean_log_probability = text.MeanLogProbability();
  found.compression_ratio = text.CompressionRatio(tokenizer_);
}

std::optional<WindowDecoder::Tokens> WindowDecoder::DecodeWithoutPadding(
    std::span<const float> samples, const Task& task) {
  const int frames = static_cast<int>(samples.size() / kMelHop) + kFramesAfterSound;
  if (frames >= 2 * model_.encoder->sizes().positions) return std::nullopt;
  Encode(samples, frames);
  Tokens found = {.temperature = task.temperature};
  const std::vector<float> after_prompt = ReadPrompt(task, found);
  if (run_.IsOver()) return std::nullopt;  // the caches may hold parts of rows
  Draw(after_prompt, 0, found);
  if (!IsGood(found) || found.IsSilence()) return std::nullopt;
  return found;
}

WindowDecoder::Tokens WindowDecoder::Decode(std::span<const float> samples, const Task& task) {
  if (task.skips_padding) {
    if (auto found = DecodeWithoutPadding(samples, task)) return *std::move(found);
  }
  Encode(samples, 2 * model_.encoder->sizes().positions);
  Tokens found, best;
  const std::vector<float> after_prompt = ReadPrompt(task, found);
  found.temperature = task.temperature;
  for (int attempt = 0; !run_.IsOver(); ++attempt) {
    Draw(after_prompt, attempt, found);
    if (IsGood(found)) return found;
    const auto rank = [](const Tokens& tokens) {
      return std::pair(tokens.compression_ratio <= DrawnText::kMostCompression,
                       tokens.mean_log_probability);
    };
    if (attempt == 0 || rank(found) > rank(best)) best = found;
    found.temperature += kTemperatureStep;
    if (found.temperature > kHighestTemperature + kTemperatureStep / 2) break;
  }
  return best;
}

}  // namespace edgevlm
