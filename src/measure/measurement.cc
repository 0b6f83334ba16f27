#include "measure/measurement.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "base/check.h"
#include "edgevlm/count_tokens.h"
#include "measure/made_sound.h"
#include "measure/repeat.h"

namespace edgevlm {
namespace {

constexpr std::uint32_t kTokenSeed = 1;

// Tokens into an empty cache, at_once at a time; counts them as generated. REQUIRES: at_once
// divides tokens.
Result<Measurement> MeasureTokens(const Engine& engine, int tokens, int at_once, int repetitions) {
  Measurement measurement;
  Session session(engine);
  const std::vector<int> text = RandomTokens(engine, tokens);
  const auto run = [&]() -> Result<int> {
    session.Reset();
    for (int first = 0; first < tokens; first += at_once) {
      const auto logits = session.Evaluate(std::span(text).subspan(
          static_cast<std::size_t>(first), static_cast<std::size_t>(at_once)));
      if (!logits) return logits.error();
    }
    return tokens;
  };
  if (auto error = Repeat(repetitions, measurement, run)) return *error;
  return measurement;
}

}  // namespace

std::vector<int> RandomTokens(const Engine& engine, int count) {
  std::mt19937 rng(kTokenSeed);
  std::uniform_int_distribution<int> any(0, engine.info().vocabulary_tokens - 1);
  std::vector<int> tokens(static_cast<std::size_t>(count));
  std::generate(tokens.begin(), tokens.end(), [&] { return any(rng); });
  return tokens;
}

Spread SpreadOf(std::span<const double> values) {
  CHECK(!values.empty());
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t n = sorted.size();
  Spread spread;
  for (const double value : sorted) spread.mean += value / static_cast<double>(n);
  double squares = 0;
  for (const double value : sorted) squares += (value - spread.mean) * (value - spread.mean);
  if (n > 1) spread.stddev = std::sqrt(squares / static_cast<double>(n - 1));
  spread.median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  spread.min = sorted.front();
  spread.max = sorted.back();
  return spread;
}

Spread SpreadOf(std::span<const std::int64_t> values) {
  return SpreadOf(std::vector<double>(values.begin(), values.end()));
}

Result<Measurement> MeasureImage(const Engine& engine, std::span<const std::byte> file,
                                 int repetitions) {
  Measurement measurement;
  measurement.test = "img";
  const auto run = [&]() -> Result<int> {
    const auto image = engine.EncodeImage(file);
    if (!image) return image.error();
    return image->tokens;
  };
  if (auto error = Repeat(repetitions, measurement, run)) return *error;
  measurement.image_tokens = measurement.generated_tokens;
  measurement.generated_tokens = 0;
  return measurement;
}

Result<Measurement> MeasureSound(const Engine& engine, int seconds, int repetitions) {
  Measurement measurement;
  measurement.test = "snd" + std::to_string(seconds);
  const Sound sound = {MakeVoice(seconds)};
  const auto run = [&]() -> Result<int> {
    const auto encoded = engine.GetSound(sound);
    if (!encoded) return encoded.error();
    return encoded->embeddings->tokens;
  };
  if (auto error = Repeat(repetitions, measurement, run)) return *error;
  measurement.image_tokens = measurement.generated_tokens;
  measurement.generated_tokens = 0;
  return measurement;
}

Result<Measurement> MeasurePrompt(const Engine& engine, int tokens, int repetitions) {
  Result<Measurement> measurement = MeasureTokens(engine, tokens, tokens, repetitions);
  if (!measurement) return measurement;
  measurement->test = "pp" + std::to_string(tokens);
  std::swap(measurement->prompt_tokens, measurement->generated_tokens);
  return measurement;
}

Result<Measurement> MeasureGeneration(const Engine& engine, int tokens, int repetitions) {
  Result<Measurement> measurement = MeasureTokens(engine, tokens, 1, repetitions);
  if (measurement) measurement->test = "tg" + std::to_string(tokens);
  return measurement;
}

Result<Measurement> MeasureCaption(const Engine& engine, std::span<const std::byte> file,
                                   int max_tokens, int repetitions) {
  Measurement measurement;
  measurement.test = "cap";
  Session session(engine);
  DecodeOptions decode;
  decode.max_tokens = max_tokens;
  const auto run = [&]() -> Result<int> {
    session.Reset();  // else the prompt of the run before would be reused
    if (auto error = session.SetImage(file)) return *error;
    const auto reply = session.Caption(decode);
    if (!reply) return reply.error();
    measurement.prompt_tokens = reply->prompt_tokens;
    return reply->reply_tokens;
  };
  if (auto error = Repeat(repetitions, measurement, run)) return *error;
  const Result<int> tokens = CountImageTokens(engine, file);
  if (!tokens) return tokens.error();
  measurement.image_tokens = *tokens;
  return measurement;
}

}  // namespace edgevlm
