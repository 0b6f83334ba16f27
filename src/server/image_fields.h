// Reads how many tokens each image of a request may have.
#pragma once

#include "edgevlm/edgevlm.h"
#include "server/parse/fields.h"

namespace edgevlm {

// image_min_tokens and image_max_tokens; 0 if missing. CountPromptTokens checks them against the
// model and its limits.
ImageLimits ReadImageLimits(Fields& fields);

}  // namespace edgevlm
