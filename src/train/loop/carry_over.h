// CarryOver: continues a model with another vocabulary, longer texts, more things, larger images,
// or as a larger model.
#pragma once

#include "base/result.h"
#include "train/loop/checkpoint.h"
#include "train/model/vlm.h"

namespace edgevlm::train {

// Copies the weights of `from` into `into`. A token that both vocabularies have keeps its
// embedding. A new token starts as the mean of the embeddings of the old tokens that spell its text
// in lower case, so "Dogs" starts as "dogs". The vision encoder and the decoder grow as
// grow_encoder.h and grow_decoder.h say; the grid heads keep what they know of the old things, and
// other heads that only training needs are kept if their shape is the same. What has no source
// stays as it is. REQUIRES: what those headers do, the same number of features, and the old table
// of things (things.h) is the beginning of the new one. Errors: kInvalid (the old vocabulary).
MaybeError CarryOver(const Run& old_run, Vlm& from, const Run& run, Vlm& into);

}  // namespace edgevlm::train
