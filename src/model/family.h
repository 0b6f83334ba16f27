// The records that describe a family of decoders, vision encoders, projectors or audio encoders.
// Each family defines one of them in its file; families.h has the table of all.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gguf/reader.h"
#include "model/decoder.h"
#include "model/projector.h"
#include "model/sound_encoder.h"
#include "model/vision.h"
#include "model/weight_reader.h"

namespace edgevlm {

// Options of a decoder.
struct DecoderOptions {
  // For sequences that begin with an image of `image_positions` positions of which only those in
  // `kept_positions` (increasing) are used. Decoders with learned position embeddings drop those of
  // the others, so that the kept tokens and the text after them keep the positions they were
  // trained with; the context becomes shorter accordingly. Rotary positions encode distances only
  // and need no change. image_positions beyond the context, or 0: nothing is dropped.
  std::vector<int> kept_positions = {};
  int image_positions = 0;
  Packing packing = Packing::kExact;  // of large float matrices; quantized blocks stay as they are
};

struct DecoderFamily {
  std::string_view architecture;  // value of the key general.architecture
  Result<std::unique_ptr<Decoder>> (*load)(const GgufFile& file, const DecoderOptions& options);
};

// Options of a vision encoder.
struct VisionEncoderOptions {
  Packing packing = Packing::kExact;  // of large float matrices; a family may keep its own exact
  int merged_tokens = 0;              // by each block of a vision transformer
};

// The optional parts of a vision transformer. A file must have these, and no tensors besides.
struct VitVariant {
  bool has_class_token = false;  // before the patches
  bool keeps_class_row = false;  // the class token's row is the first feature
  bool has_layer_scale = false;  // both halves of a block scale their outputs
  bool has_post_norm = false;    // after the blocks
  bool has_key_bias = true;
  bool has_exact_gelu = false;  // a GELU is that of the error function
  // Prefix of the projector's tensors, where they are named like the vision encoder's.
  std::string_view projector_tensors = {};
};

struct VisionFamily;

// What a projector expects of the vision encoder in front of it: families share the vision
// transformer but were trained with it in different ways. Vision encoders of other kinds ignore the
// rest.
struct VisionEncoderUse {
  const VisionFamily* family = nullptr;  // in files that name none; null: the vision transformer
  int unread_blocks = 0;  // last blocks not run, unless the file names another last one
  // Whether features stand for the patches of a grid; else any number of them works, in order.
  bool reads_grid = true;
  // Of a projector whose files all have the same vision transformer; else the file tells.
  std::optional<VitVariant> variant = std::nullopt;
  // Completes a preprocessing with given size, mean and std.
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
  // Its models were trained without a chat template: on an image, bos and then plain text
  // (MakeQuestionStyle).
  bool has_plain_prompts = false;
};

// An audio encoder with its projector: families differ in what sound is to them.
struct SoundFamily {
  std::string_view type;  // value of the key clip.audio.projector_type
  Result<std::unique_ptr<SoundEncoder>> (*load)(const GgufFile& file, Packing packing);
};

}  // namespace edgevlm
