// The table of the families of decoders, vision encoders and projectors that EdgeVLM knows. Adding
// one means a file that defines its record (family.h) and one line in families.cc. No other file
// names a family.
#pragma once

#include <memory>

#include "model/family.h"

namespace edgevlm {

// The vision encoder's family that the file names; files that name none have a vision transformer.
// Errors: kUnsupported, kInvalid.
Result<const VisionFamily*> FindVisionFamily(const GgufFile& file);

// The projector family that the file names: by clip.projector_type or clip.vision.projector_type;
// one that says neither but has the matrices of an MLP is of the time when there was nothing else.
// Errors: kNotFound, kUnsupported.
Result<const ProjectorFamily*> FindProjectorFamily(const GgufFile& file);

// Find the family that the file names and let it read, check and pack its weights. The file may go
// afterwards. packing: of large float matrices; a family may keep its own exact. Models that are
// packed as int8 are run with Run::fast. A vision encoder that cannot merge as many tokens refuses
// them (kUnsupported, kInvalid). Errors: kNotFound (key, tensor), kUnsupported (family, format;
// names those that are known), kInvalid (a key out of range, a tensor of another shape), kCorrupt,
// kTooLarge.
Result<std::unique_ptr<Decoder>> LoadDecoder(const GgufFile& file,
                                             const DecoderOptions& options = {});
Result<std::unique_ptr<VisionEncoder>> LoadVisionEncoder(const GgufFile& file,
                                                         const VisionEncoderOptions& options = {});
Result<std::unique_ptr<Projector>> LoadProjector(const GgufFile& file,
                                                 Packing packing = Packing::kExact);

}  // namespace edgevlm
