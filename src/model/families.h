// The families of decoders, eyes and projectors that EdgeVLM knows. Adding one means a file that
// defines such a record, and one line in a table of families.cc. No other file names a family.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "gguf/reader.h"
#include "model/decoder.h"
#include "model/projector.h"
#include "model/vision.h"

namespace edgevlm {

struct DecoderFamily {
  std::string_view architecture;  // value of the key general.architecture
  Result<std::unique_ptr<Decoder>> (*load)(const GgufFile& file);
};

struct VisionFamily {
  std::string_view encoder;  // value of the key clip.vision.encoder
  Result<std::unique_ptr<VisionEncoder>> (*load)(const GgufFile& file);
};

struct ProjectorFamily {
  std::string_view type;  // value of the key clip.projector_type
  Result<std::unique_ptr<Projector>> (*load)(const GgufFile& file);
};

// Find the family that the file names and let it read, check and pack its weights. The file may go
// afterwards.
// Errors: kNotFound (key, tensor), kUnsupported (family, format; names those that are known),
// kInvalid (a key out of range, a tensor of another shape), kCorrupt, kTooLarge.
Result<std::unique_ptr<Decoder>> LoadDecoder(const GgufFile& file);
Result<std::unique_ptr<VisionEncoder>> LoadVisionEncoder(const GgufFile& file);
Result<std::unique_ptr<Projector>> LoadProjector(const GgufFile& file);

}  // namespace edgevlm
