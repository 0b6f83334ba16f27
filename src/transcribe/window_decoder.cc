#include "transcribe/window_decoder.h"

#include <algorithm>
#include <cmath>

#include "decode/log_probability.h"
#include "kernels/argmax/argmax.h"
#include "transcribe/token_rules.h"

namespace edgevlm {

WindowDecoder::WindowDecoder(const WhisperModel& model, const SpeechTokens& tokens, const Run& run)
    : model_(model),
      tokens_(tokens),
      run_(run),
      log_mel_(model.encoder->sizes().bands),
      cross_(model.decoder->MakeCrossCache(model.encoder->sizes().positions)),
      cache_(model.decoder->cache_shape()),
      logits_(static_cast<std::size_t>(model.decoder->shape().vocabulary)) {}

void WindowDecoder::Encode(std::span<const float> samples) {
  const WorkspaceScope scope(workspace_);
  const AudioSizes& sizes = model_.encoder->sizes();
  const View<float> mel = workspace_.Alloc(2 * sizes.positions, sizes.bands);  // [T, B]
  {
    PROFILE_ZONE(run_.profiler, "audio_tower.mel");
    log_mel_.OfWindow(samples, mel, run_.pool);
  }
  const View<float> features = workspace_.Alloc(sizes.positions, sizes.width);  // [R, E]
  model_.encoder->Encode(mel, features, workspace_, run_);
  model_.decoder->ReadFeatures(features, cross_, workspace_, run_);
}

std::span<float> WindowDecoder::Next(std::span<const int> ids) {
  const TokenSpan span = {.cache = &cache_,
                          .first_position = cache_.positions(),
                          .tokens = ids,
                          .logits_rows = 1,
                          .cross = &cross_};
  model_.decoder->Forward({&span, 1}, {logits_.data(), 1, static_cast<int>(logits_.size())},
                          workspace_, run_);
  return logits_;
}

int WindowDecoder::MostLikelyLanguage(std::span<const float> logits) const {
  const auto logit = [&](const SpeechTokens::Language& language) {
    return logits[static_cast<std::size_t>(language.id)];
  };
  return std::ranges::max_element(tokens_.languages, {}, logit)->id;
}

WindowDecoder::Tokens WindowDecoder::Decode(std::span<const float> samples, const Task& task) {
  Tokens found;
  Encode(samples);
  cache_.TruncateTo(0);
  std::span<float> logits = Next({&tokens_.start, 1});
  if (tokens_.no_speech) {
    found.no_speech_probability = std::exp(LogProbability(logits, *tokens_.no_speech));
  }
  if (!tokens_.languages.empty()) {
    found.language = task.language ? task.language : MostLikelyLanguage(logits);
    const int prompt[] = {*found.language, task.translate ? tokens_.translate : tokens_.transcribe};
    logits = Next(prompt);
  }
  // Half of the context, as Whisper does; the rest is for a prompt.
  const int most = std::min(cache_.capacity() / 2, cache_.capacity() - cache_.positions());
  double sum = 0;
  for (;;) {
    ApplyTokenRules(tokens_, found.sampled, logits);
    const int id = ArgMax(logits);
    sum += LogProbability(logits, id);
    if (id == tokens_.end) break;
    found.sampled.push_back(id);
    if (const int repeated = RepeatedTokens(tokens_, found.sampled); repeated > 0) {
      // What the loop says once may be true.
      found.sampled.resize(found.sampled.size() - static_cast<std::size_t>(repeated));
      break;
    }
    if (static_cast<int>(found.sampled.size()) >= most) break;
    logits = Next({&id, 1});
  }
  found.mean_log_probability = sum / static_cast<double>(found.sampled.size() + 1);
  return found;
}

}  // namespace edgevlm
