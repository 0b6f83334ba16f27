#include <string>
#include <utility>
#include <vector>

#include "decode/generate.h"
#include "engine/measured_engine.h"
#include "measure/measurement.h"
#include "measure/repeat.h"

namespace edgevlm {

Result<Measurement> MeasureExits(const Engine& engine, const ExitOptions& exits, int tokens,
                                 int percent, int repetitions) {
  const MeasuredEngine measured(engine);
  ExitOptions on = exits;
  on.mode = EarlyExit::kExit;
  Result<std::optional<ExitPlan>> plan = PlanExits(on, measured.decoder().shape());
  if (!plan) return plan.error();
  (*plan)->rule = std::make_unique<SteadyExit>(percent / 100.0, (*plan)->exits.front());
  Measurement measurement;
  measurement.test = "tg" + std::to_string(tokens) + "e" + std::to_string(percent);
  BatchDecoder batch_decoder(measured.decoder(), &**plan);
  Sequence sequence(measured.decoder(), tokens);
  DecodeOptions options;
  options.max_tokens = tokens;
  const std::vector<int> prompt = {0};
  const auto run = [&]() -> Result<int> {
    sequence.TruncateTo(0);
    // No token ends the reply: it runs to full length.
    Generation generation(sequence, {{.tokens = prompt}},
                          {.tokenizer = measured.tokenizer(), .ends = {}}, options, nullptr);
    Generate(batch_decoder, generation, measured.thread_groups());
    return tokens;
  };
  if (auto error = Repeat(repetitions, measurement, run)) return *error;
  return measurement;
}

}  // namespace edgevlm
