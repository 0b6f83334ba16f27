// The families of decoders, vision encoders and projectors that EdgeVLM knows. Adding one means a
// file that defines such a record, and one line in a table of families.cc. No other file names a
// family.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "gguf/reader.h"
#include "model/decoder.h"
#include "model/projector.h"
#include "model/vision.h"
#include "model/weight_reader.h"

namespace edgevlm {

struct DecoderFamily {
  std::string_view architecture;  // value of the key general.architecture
  Result<std::unique_ptr<Decoder>> (*load)(const GgufFile& file);
};

// How a vision encoder is to work.
struct VisionEncoderOptions {
  Packing packing = Packing::kExact;  // of large float matrices; a family may keep its own exact
  int merged_tokens = 0;              // that each block of a vision transformer merges
};

struct VisionFamily {
  std::string_view encoder;  // value of the key clip.vision.encoder; files without it have a ViT
  Result<std::unique_ptr<VisionEncoder>> (*load)(const GgufFile& file,
                                                 const VisionEncoderOptions& options);
};

// What a projector expects of the vision transformer in front of it; families share that vision
// encoder and were trained with it in different ways. A vision encoder with habits of its own does
// not ask.
struct VisionEncoderUse {
  int unread_blocks = 0;  // at the end, that are not run unless the file names another last one
  // Whether features stand for the places of a grid; else any number of them will do, in order.
  bool reads_grid = true;
  // Completes a preprocessing whose size, mean and std are set.
  void (*prepare)(WeightReader& reader, Preprocessing& preprocessing);
};

struct ProjectorFamily {
  std::string_view type;  // value of the key clip.projector_type
  Result<std::unique_ptr<Projector>> (*load)(const GgufFile& file, Packing packing);
  VisionEncoderUse vision_encoder;
};

// The vision encoder's family that the file names; files that name none have a vision transformer.
// Errors: kUnsupported, kInvalid.
Result<const VisionFamily*> FindVisionFamily(const GgufFile& file);

// The projector family that the file names: by clip.projector_type or clip.vision.projector_type;
// one that says neither but has the matrices of an MLP is of the time when there was nothing else.
// Errors: kNotFound, kUnsupported.
Result<const ProjectorFamily*> FindProjectorFamily(const GgufFile& file);

// Find the family that the file names and let it read, check and pack its weights. The file may go
// afterwards. packing: of large float matrices; a family may keep its own exact. Models that are
// packed as int8 are run with Run::fast. A vision encoder that can not merge as many tokens refuses
// them (kUnsupported, kInvalid). Errors: kNotFound (key, tensor), kUnsupported (family, format;
// names those that are known), kInvalid (a key out of range, a tensor of another shape), kCorrupt,
// kTooLarge.
Result<std::unique_ptr<Decoder>> LoadDecoder(const GgufFile& file);
Result<std::unique_ptr<VisionEncoder>> LoadVisionEncoder(const GgufFile& file,
                                                         const VisionEncoderOptions& options = {});
Result<std::unique_ptr<Projector>> LoadProjector(const GgufFile& file,
                                                 Packing packing = Packing::kExact);

}  // namespace edgevlm
