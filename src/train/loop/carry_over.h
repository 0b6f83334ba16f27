// CarryOver: continues a model with another vocabulary, a longer context, more things or a larger
// vision encoder.
#pragma once

#include "base/result.h"
#include "train/loop/checkpoint.h"
#include "train/model/vlm.h"

namespace edgevlm::train {

// Copies the weights of `from` into `into`. A token that both vocabularies have keeps its
// embedding. A new token starts as the mean of the embeddings of the old tokens that spell its text
// in lower case, so "Dogs" starts as "dogs". Position embeddings are copied as far as both have
// them, and so are the grid heads' outputs for things; what has no source stays as it is. REQUIRES:
// the models differ in vocabulary, context, things and the size of the vision encoder (grow.h) at
// most, and the old table of things (things.h) is the beginning of the new one. Errors: kInvalid
// (the old vocabulary).
MaybeError CarryOver(const Run& old_run, Vlm& from, const Run& run, Vlm& into);

}  // namespace edgevlm::train
