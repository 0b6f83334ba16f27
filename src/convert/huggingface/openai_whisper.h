// What Whisper's checkpoints have in common that use OpenAI's names: those of ggml, and OpenAI's
// own.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "convert/huggingface/vocabulary_tables.h"

namespace edgevlm {

// The name that Hugging Face has for a tensor: "model.encoder.layers.0.self_attn.q_proj.weight" for
// "encoder.blocks.0.attn.query.weight". Nothing for a name that no Whisper has.
std::optional<std::string> HuggingfaceName(std::string_view openai);

// The sizes of one of its two parts.
struct WhisperSide {
  int positions = 0;
  int width = 0;
  int heads = 0;
  int blocks = 0;
};

struct WhisperSizes {
  int vocabulary = 0;
  int mel_bands = 0;
  WhisperSide encoder = {};
  WhisperSide decoder = {};
};

// What config.json would say.
nlohmann::json WhisperConfig(const WhisperSizes& sizes);

// The vocabulary of a Whisper from its texts by rank, as bytes, which are the ids of the first
// tokens; the special ones follow as in all Whispers of that size. The merges, which such files do
// not have, are those that make each text of two of lower rank.
//   size  of the whole vocabulary
// Errors: kUnsupported (a size that no Whisper has), kCorrupt (a text twice; another number of
// them). Cost: about a tenth of a second.
Result<VocabularyTables> WhisperTables(const std::vector<std::string>& texts, int size);

}  // namespace edgevlm
