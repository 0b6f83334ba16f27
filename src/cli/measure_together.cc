#include <deque>
#include <string>
#include <vector>

#include "cli/measurement.h"
#include "cli/repeat.h"
#include "decode/batch_decoder.h"
#include "engine/model.h"

namespace edgevlm {

Result<Measurement> MeasureTogether(const Engine& engine, int tokens, int sequences,
                                    int repetitions) {
  const Model& model = ModelOf(engine);
  Measurement measurement;
  measurement.test = "tg" + std::to_string(tokens) + "x" + std::to_string(sequences);
  std::deque<Sequence> held;
  std::vector<int> prompts;  // each begins with another token
  for (int i = 0; i < sequences; ++i) {
    held.emplace_back(*model.decoder, tokens);
    prompts.push_back(i % model.info.vocabulary_tokens);
  }
  BatchDecoder batch_decoder(*model.decoder);
  DecodeOptions options;
  options.max_tokens = tokens;
  const auto run = [&]() -> Result<int> {
    std::deque<Generation> streams;
    std::vector<Generation*> speaking;
    for (std::size_t i = 0; i < held.size(); ++i) {
      held[i].TruncateTo(0);
      // No token ends a reply: all go on to the last.
      const TextSide text_side = {.tokenizer = model.tokenizer, .ends = {}};
      const std::vector<Input> prompt = {{.tokens = std::span(prompts).subspan(i, 1)}};
      speaking.push_back(&streams.emplace_back(held[i], prompt, text_side, options, nullptr));
    }
    for (int step = 0; step < tokens; ++step) {
      batch_decoder.Step(speaking, sequences, model.DecoderThreadGroups(nullptr));
    }
    return tokens * sequences;
  };
  if (auto error = Repeat(repetitions, measurement, run)) return *error;
  return measurement;
}

}  // namespace edgevlm
