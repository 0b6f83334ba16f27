// The configuration of a Gemma 3 decoder.
#pragma once

#include <string_view>
#include <vector>

#include "convert/huggingface/json.h"
#include "convert/huggingface/plan.h"

namespace edgevlm {

inline constexpr int kGemma3DefaultWidth = 2304;

struct Gemma3Config {
  int context = 0;
  int width = 0;
  int hidden = 0;
  int blocks = 0;
  HeadCounts heads;
  int vocabulary = 0;
  double epsilon = 0;
  bool is_tied = true;
  int window = 0;
  std::vector<bool> is_local;  // [blocks], whether a block has the window
  double global_base = 0;      // of the rotary positions
  double global_factor = 1;    // linear scaling
  double local_base = 0;
};

// config: the decoder's configuration, as transformers 4 or 5 writes it. Absent entries have the
// defaults of Gemma3TextConfig. Failures, also for what EdgeVLM cannot run, are recorded in it.
Gemma3Config ReadGemma3Config(JsonObject& config);

// The keys of the decoder, under this architecture.
void AddGemma3Keys(const Gemma3Config& config, std::string_view architecture, FilePlan& plan);

}  // namespace edgevlm
