#include "measure/acceptance.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "base/stopwatch.h"
#include "decode/generate.h"
#include "engine/measured_engine.h"
#include "measure/known_drafter.h"
#include "measure/repeat.h"

namespace edgevlm {
namespace {

// Generates replies from a prompt of one token.
class Replies {
 public:
  Replies(const MeasuredEngine& engine, int tokens)
      : engine_(engine), sequence_(engine.decoder(), tokens), tokens_(tokens) {}

  // speculation: null: none.
  GenerationResult Next(BatchDecoder& batch_decoder, Speculation* speculation) {
    sequence_.TruncateTo(0);
    if (speculation != nullptr) speculation->StartReply(prompt_);
    DecodeOptions options;
    options.max_tokens = tokens_;
    // No token ends the reply.
    Generation generation(sequence_, {{.tokens = prompt_}},
                          {.tokenizer = engine_.tokenizer(), .ends = {}}, options, nullptr,
                          speculation);
    return Generate(batch_decoder, generation, engine_.thread_groups());
  }

 private:
  const MeasuredEngine& engine_;
  Sequence sequence_;
  int tokens_;
  const std::vector<int> prompt_ = {1};
};

double TokensPerStep(double p, double k) {
  return p < 1 ? (1 - std::pow(p, k + 1)) / (1 - p) : k + 1;
}

// The median duration of a pass with so many rows after a text of `positions`.
double PassMs(const Decoder& decoder, const ThreadGroups& thread_groups, int rows, int positions) {
  constexpr int kPasses = 9;
  Sequence sequence(decoder, positions + rows);
  Batch batch(decoder);
  const std::vector<int> text(static_cast<std::size_t>(positions), 0);
  const Input before = {.tokens = text};
  batch.AddAll(sequence, {&before, 1}, {}, thread_groups.prefill);
  const int vocabulary = decoder.shape().vocabulary;
  std::vector<float> logits(static_cast<std::size_t>(rows) * static_cast<std::size_t>(vocabulary));
  std::vector<double> ms;
  for (int i = 0; i <= kPasses; ++i) {
    const Stopwatch stopwatch;
    batch.Add(sequence, {.tokens = std::span(text).first(static_cast<std::size_t>(rows))}, rows);
    batch.Forward({logits.data(), rows, vocabulary}, thread_groups.For(rows));
    if (i > 0) ms.push_back(stopwatch.Milliseconds());  // the first run warms up
    sequence.TruncateTo(positions);
  }
  return SpreadOf(ms).median;
}

// The costs are measured separately, at half of a reply's length.
void AddLimit(const AcceptanceTest& test, const MeasuredEngine& engine, const Decoder* smaller,
              AcceptanceResult& result) {
  const ThreadGroups thread_groups = engine.thread_groups();
  const double k = result.drafted_per_step;
  const int rows = 1 + static_cast<int>(std::lround(k));
  const int positions = std::max(test.tokens / 2, rows);
  const double plain_ms = PassMs(engine.decoder(), thread_groups, 1, positions);
  result.check_cost = PassMs(engine.decoder(), thread_groups, rows, positions) / plain_ms;
  if (smaller != nullptr) {
    result.draft_cost = PassMs(*smaller, thread_groups, 1, positions) / plain_ms;
  }
  result.limit = TokensPerStep(test.acceptance, k) / (k * result.draft_cost + result.check_cost);
}

}  // namespace

Result<AcceptanceResult> MeasureAcceptance(const Engine& engine, const AcceptanceTest& test) {
  const MeasuredEngine measured(engine);
  Replies replies(measured, test.tokens);
  BatchDecoder plain(measured.decoder());
  const std::vector<int> reply = replies.Next(plain, nullptr).tokens;
  const Decoder* const smaller =
      test.draft == nullptr ? nullptr : &MeasuredEngine(*test.draft).decoder();
  BatchDecoder batch_decoder(measured.decoder(),
                             std::make_unique<KnownDrafter>(reply, test.acceptance, smaller),
                             test.draft_tokens);
  Speculation speculation(*batch_decoder.drafter(), test.tokens);

  AcceptanceResult result;
  int drafted = 0;
  int steps = 0;
  for (int i = 0; i < test.repetitions; ++i) {
    const auto generate_plainly = [&]() -> Result<int> {
      return static_cast<int>(replies.Next(plain, nullptr).tokens.size());
    };
    const auto generate_by_draft = [&]() -> Result<int> {
      const GenerationResult result = replies.Next(batch_decoder, &speculation);
      if (result.tokens != reply) {
        return Error{ErrorCode::kInvalid, "speculation: expected the same reply, found another"};
      }
      drafted += result.drafted_tokens;
      steps += test.tokens - result.accepted_tokens;
      return test.tokens;
    };
    if (auto error = Repeat(1, result.plain, generate_plainly)) return *error;
    if (auto error = Repeat(1, result.speculating, generate_by_draft)) return *error;
  }
  result.drafted_per_step =
      test.draft_tokens > 0 ? test.draft_tokens : static_cast<double>(drafted) / steps;
  const double plain_ns = SpreadOf(result.plain.samples_ns).median;
  result.speed_up = plain_ns / SpreadOf(result.speculating.samples_ns).median;
  AddLimit(test, measured, smaller, result);
  return result;
}

}  // namespace edgevlm
