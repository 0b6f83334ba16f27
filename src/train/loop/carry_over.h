// CarryOver: continues a model with another vocabulary or a longer context.
#pragma once

#include "base/result.h"
#include "train/loop/checkpoint.h"
#include "train/model/vlm.h"

namespace edgevlm::train {

// Copies the weights of `from` into `into`. A token that both vocabularies have keeps its
// embedding. A new token starts as the mean of the embeddings of the old tokens that spell its text
// in lower case, so "Dogs" starts as "dogs". Position embeddings are copied as far as both have
// them; what has no source stays as it is. REQUIRES: the models differ in vocabulary and context at
// most. Errors: kInvalid (the old vocabulary).
MaybeError CarryOver(const Run& old_run, Vlm& from, const Run& run, Vlm& into);

}  // namespace edgevlm::train
