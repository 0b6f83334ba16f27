// Preset: the shape of a published model, to measure what a machine would do before anything is
// downloaded. The weights are random, the sizes and the work are the true ones.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "convert/mixture.h"

namespace edgevlm {

// What a block of the decoder is made of.
enum class PresetBlock {
  kLlama,  // norms by the root mean square, rotary positions, a gated MLP
  kGpt2,   // layer norms, learnt positions, biases everywhere
};

struct DecoderPreset {
  std::string_view architecture;
  int width;  // D
  int blocks;
  int heads;     // Hq
  int kv_heads;  // Hkv
  int hidden;    // F
  float epsilon;
  float rope_base;
  int context;
  int vocabulary;  // V
  bool is_tied;    // the token embeddings are the output matrix too
  bool has_qkv_bias;
  bool has_rope_factors = false;  // rotary positions stretched pair by pair; here all by 1
  PresetBlock block = PresetBlock::kLlama;
};

// How the features become tokens of the decoder.
enum class PresetProjector { kMlp, kLdp, kLdpV2, kIdefics3 };

struct VisionEncoderPreset {
  PresetProjector projector;
  int width;   // E
  int blocks;  // that are run
  int heads;
  int hidden;
  int image_size;  // S
  int patch_size;
  bool is_clip;      // else SigLIP
  int scale_factor;  // of Idefics3's pixel shuffle, else 1
};

struct Preset {
  std::string_view name;  // "mobilevlm-v2-1.7b"
  DecoderPreset decoder;
  std::optional<VisionEncoderPreset> vision_encoder;
};

std::span<const Preset> Presets();

// Errors: kInvalid, lists the names.
Result<Preset> FindPreset(std::string_view name);

// GGUF files in memory.
struct PresetFiles {
  std::vector<std::byte> model;
  std::vector<std::byte> mmproj;  // empty without a vision encoder
};

// The decoder in `type`, the vision encoder in F16, as such files are published. Memory: as much as
// the files take. Cost: the time to write them.
PresetFiles MakePreset(const Preset& preset, const FileType& type);

}  // namespace edgevlm
