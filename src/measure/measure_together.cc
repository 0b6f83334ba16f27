#include <deque>
#include <string>
#include <vector>

#include "decode/batch_decoder.h"
#include "engine/measured_engine.h"
#include "measure/measurement.h"
#include "measure/repeat.h"

namespace edgevlm {

Result<Measurement> MeasureTogether(const Engine& engine, int tokens, int sequences,
                                    int repetitions) {
  const MeasuredEngine measured(engine);
  Measurement measurement;
  measurement.test = "tg" + std::to_string(tokens) + "x" + std::to_string(sequences);
  std::deque<Sequence> held;
  std::vector<int> prompts;  // each starts with a different token
  for (int i = 0; i < sequences; ++i) {
    held.emplace_back(measured.decoder(), tokens);
    prompts.push_back(i % engine.info().vocabulary_tokens);
  }
  BatchDecoder batch_decoder(measured.decoder());
  DecodeOptions options;
  options.max_tokens = tokens;
  const auto run = [&]() -> Result<int> {
    std::deque<Generation> generations;
    std::vector<Generation*> running;
    for (std::size_t i = 0; i < held.size(); ++i) {
      held[i].TruncateTo(0);
      // No token ends a reply: all run to full length.
      const TextSide text_side = {.tokenizer = measured.tokenizer(), .ends = {}};
      const std::vector<Input> prompt = {{.tokens = std::span(prompts).subspan(i, 1)}};
      running.push_back(&generations.emplace_back(held[i], prompt, text_side, options, nullptr));
    }
    for (int step = 0; step < tokens; ++step) {
      batch_decoder.Step(running, sequences, measured.thread_groups());
    }
    return tokens * sequences;
  };
  if (auto error = Repeat(repetitions, measurement, run)) return *error;
  return measurement;
}

}  // namespace edgevlm
