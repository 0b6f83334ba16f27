// The table of all supported families of decoders, vision encoders, projectors and audio encoders.
// To add one, define its record (family.h) in a new source file, declare it in that file's header,
// include the header in families.cc and add the record to the table there. Nothing else in model/
// or engine/ tests for a family's name.
#pragma once

#include <memory>

#include "model/family.h"

namespace edgevlm {

// The vision encoder family that the file names; a vision transformer if it names none. Errors:
// kUnsupported, kInvalid.
Result<const VisionFamily*> FindVisionFamily(const GgufFile& file);

// The projector family that the file names, by clip.projector_type or clip.vision.projector_type;
// an old file without either that has the matrices of an MLP has the MLP projector. Errors:
// kNotFound, kUnsupported.
Result<const ProjectorFamily*> FindProjectorFamily(const GgufFile& file);

// The family of audio encoder and projector that the file names, by clip.audio.projector_type or,
// in a file without vision encoder, clip.projector_type. Errors: kNotFound, kUnsupported.
Result<const SoundFamily*> FindSoundFamily(const GgufFile& file);

// Find the family that the file names; it reads, checks and packs its weights. The file may be
// closed afterwards. packing: of large float matrices; a family may keep its own exact. Run models
// packed as int8 with Run::fast. A vision encoder that cannot merge as many tokens rejects the
// option (kUnsupported, kInvalid). Errors: kNotFound (key, tensor), kUnsupported (family, format;
// names the known ones), kInvalid (a key out of range, a tensor of another shape), kCorrupt,
// kTooLarge.
Result<std::unique_ptr<Decoder>> LoadDecoder(const GgufFile& file,
                                             const DecoderOptions& options = {});
Result<std::unique_ptr<VisionEncoder>> LoadVisionEncoder(const GgufFile& file,
                                                         const VisionEncoderOptions& options = {});
Result<std::unique_ptr<Projector>> LoadProjector(const GgufFile& file,
                                                 Packing packing = Packing::kExact);
Result<std::unique_ptr<SoundEncoder>> LoadSoundEncoder(const GgufFile& file,
                                                       Packing packing = Packing::kExact);

}  // namespace edgevlm
