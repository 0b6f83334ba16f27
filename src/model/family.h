// The records that describe a family of decoders, vision encoders or projectors. A family is a file
// that defines one of them; the table of all is families.h.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gguf/reader.h"
#include "model/decoder.h"
#include "model/projector.h"
#include "model/vision.h"
#include "model/weight_reader.h"

namespace edgevlm {

// How a decoder is to work.
struct DecoderOptions {
  // For sequences that begin with an image of `image_positions` positions of which only those in
  // `kept_positions` (increasing) are read. Decoders that have learned a vector for each position
  // leave out the vectors of the others, so that what is read, and what follows it, stands where it
  // was learned; their context becomes shorter by as many. Rotary positions tell distances only and
  // need no change. image_positions beyond the context, or 0: nothing is left out.
  std::vector<int> kept_positions = {};
  int image_positions = 0;
};

struct DecoderFamily {
  std::string_view architecture;  // value of the key general.architecture
  Result<std::unique_ptr<Decoder>> (*load)(const GgufFile& file, const DecoderOptions& options);
};

// How a vision encoder is to work.
struct VisionEncoderOptions {
  Packing packing = Packing::kExact;  // of large float matrices; a family may keep its own exact
  int merged_tokens = 0;              // that each block of a vision transformer merges
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

struct VisionFamily {
  std::string_view encoder;  // value of the key clip.vision.encoder; files without it have a ViT
  Result<std::unique_ptr<VisionEncoder>> (*load)(const GgufFile& file, const VisionEncoderUse& use,
                                                 const VisionEncoderOptions& options);
};

struct ProjectorFamily {
  std::string_view type;  // value of the key clip.projector_type
  Result<std::unique_ptr<Projector>> (*load)(const GgufFile& file, Packing packing);
  VisionEncoderUse vision_encoder;
};

}  // namespace edgevlm
