// Reads what is to be embedded.
#pragma once

#include <cstddef>
#include <vector>

#include "server/request_images.h"

namespace edgevlm {

inline constexpr std::size_t kMaxEmbeddings = 1024;                     // of one request
inline constexpr std::size_t kMaxEmbeddedBytes = std::size_t{1} << 20;  // of all their texts
inline constexpr const char* kMediaMarker = "<__media__>";

using EmbeddingInput = std::vector<RequestPart>;  // texts and images, read one after the other

// "input" (OpenAI, Ollama) or "content" (llama.cpp): a text, an object {"prompt_string":
// "...<__media__>...", "multimodal_data": [images in base64]} with an image for each marker, or a
// list of these.
std::vector<EmbeddingInput> ReadEmbeddingInputs(Fields& fields, RequestImages& images,
                                                Problem& problem);

}  // namespace edgevlm
