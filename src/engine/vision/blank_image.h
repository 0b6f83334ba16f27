// The image of a conversation that has none, for models that were trained with one in every prompt.
#pragma once

#include <span>
#include <vector>

#include "engine/vision/shared_image.h"

namespace edgevlm {

// Whether the model answers these messages only about an image, and they have none.
bool NeedsBlankImage(const Model& model, std::span<const Message> messages);

// Puts a gray image before the last text of the user's: the model then says that nothing is there,
// or that it cannot tell, where it would say anything without an image. REQUIRES: NeedsBlankImage.
// Errors: those of ShareImage.
MaybeError AddBlankImage(const EngineState& engine, const ShareOptions& options,
                         std::vector<Message>& messages);

// The same without values: for counting tokens. Errors: those of LayOut.
MaybeError AddBlankImageWithoutValues(const Model& model, std::vector<Message>& messages);

}  // namespace edgevlm
