// The decoder of an OPT folder, also where it is a part of a larger model.
#pragma once

#include <string>
#include <vector>

#include "convert/huggingface/family.h"

namespace edgevlm {

// Where the tensors of the decoder are.
struct OptLayout {
  std::vector<std::string> body_prefixes;    // of the names after "decoder."; see RuleGroup
  std::vector<std::string> output_prefixes;  // of lm_head
  std::vector<std::string> dropped = {};     // other tensors of the folder
};

// Plans the file of the decoder. config: config.json, or its text_config. Errors: as a family's
// plan.
Result<FilePlan> PlanOptText(const ConversionSource& source, JsonObject config,
                             const OptLayout& layout);

}  // namespace edgevlm
