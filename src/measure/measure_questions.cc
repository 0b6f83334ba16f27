#include <array>
#include <string>
#include <vector>

#include "edgevlm/count_tokens.h"
#include "measure/measurement.h"
#include "measure/repeat.h"

namespace edgevlm {
namespace {

// Short, like typical questions. They alternate, so that none equals the previous one.
constexpr std::array kQuestions = {"What is on the left?", "How many are there?"};

// Times questions up to the first token.
template <class Ask>
Result<Measurement> MeasureAsking(const std::string& test, int repetitions, const Ask& ask) {
  Measurement measurement;
  measurement.test = test;
  int prompt_tokens = 0;
  const auto run = [&]() -> Result<int> {
    const Result<Reply> reply = ask();
    if (!reply) return reply.error();
    prompt_tokens = reply->prompt_tokens - reply->reused_tokens;
    return prompt_tokens;
  };
  if (auto error = Repeat(repetitions, measurement, run)) return *error;
  measurement.prompt_tokens = prompt_tokens;
  measurement.generated_tokens = 1;
  return measurement;
}

}  // namespace

Result<std::vector<Measurement>> MeasureQuestions(const Engine& engine,
                                                  std::span<const std::byte> image,
                                                  int repetitions) {
  const DecodeOptions decode = {.max_tokens = 1};
  std::size_t asked = 0;
  Session session(engine);
  const auto question = [&] { return kQuestions[asked++ % kQuestions.size()]; };
  auto first = MeasureAsking("ask1", repetitions, [&]() -> Result<Reply> {
    session.Reset();
    if (auto error = session.SetImage(image)) return *error;
    return session.Ask(question(), decode);
  });
  if (!first) return first.error();
  const Result<int> tokens = CountImageTokens(engine, image);
  if (!tokens) return tokens.error();
  first->image_tokens = *tokens;
  auto second = MeasureAsking("ask2", repetitions, [&] { return session.Ask(question(), decode); });
  if (!second) return second.error();
  return std::vector<Measurement>{*std::move(first), *std::move(second)};
}

}  // namespace edgevlm
