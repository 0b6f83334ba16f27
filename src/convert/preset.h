// Preset: the shape of a published model, with random weights. Sizes and work are those of the real
// model, so its speed on a machine can be measured without downloading it.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "convert/mixture.h"

namespace edgevlm {

// The architecture of a decoder block.
enum class PresetBlock {
  kLlama,   // RMSNorm, RoPE, gated MLP
  kGpt2,    // LayerNorm, learned position embeddings, biases
  kOpt,     // as kGpt2, with queries, keys and values in three matrices
  kGemma3,  // as kLlama, with two more norms, norms of queries and keys, and windows
  kPhi3,    // as kLlama, with queries, keys and values in one matrix, gate and up in another
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
  bool is_tied;    // the token embedding is also the output matrix
  bool has_qkv_bias;
  bool has_rope_factors = false;  // a RoPE factor per pair (here all 1)
  PresetBlock block = PresetBlock::kLlama;
  int own_head_width = 0;              // d, where it is not width / heads
  int window = 0;                      // positions, of the blocks that have one
  float rope_factor = 1;               // linear scaling
  bool has_head_norms = false;         // of queries and keys
  std::array<int, 3> axis_pairs = {};  // rotated pairs for time, rows and columns (M-RoPE), or 0
  int image_levels = 0;                // rows added for image tokens (DeepStack)
  int short_context = 0;               // beyond it other RoPE factors (here all 1); 0: never

  bool has_layer_norms() const { return block == PresetBlock::kGpt2 || block == PresetBlock::kOpt; }
  int head_width() const { return own_head_width > 0 ? own_head_width : width / heads; }
};

// How features become image tokens.
enum class PresetProjector {
  kMlp,
  kLdp,
  kLdpV2,
  kIdefics3,
  kGemma3,
  kInternVl,
  kQwen2Vl,
  kQwen25Vl,
  kQwen3Vl,
  kPhi3V,
  kQFormer
};

// The kind of vision transformer.
enum class PresetVit {
  kClip,       // class token, norm before the blocks
  kSiglip,     // norm after the blocks
  kInternVit,  // class token, layer scale
  kEva,        // class token, norm after the blocks, keys without bias
  kQwen2Vl,    // any size: two frames per patch, rotary positions
  kQwen25Vl,   // the same with RMSNorm, gated MLP, and windows
  kQwen3Vl,    // the same with learned positions, and features of earlier blocks
};

struct VisionEncoderPreset {
  PresetProjector projector;
  int width;   // E
  int blocks;  // that are run
  int heads;
  int hidden;
  int image_size;  // S
  int patch_size;
  PresetVit kind;
  int scale_factor;  // of pixel shuffle or pooling, else 1

  bool has_class_token() const { return kind != PresetVit::kSiglip; }
  bool has_post_norm() const { return kind == PresetVit::kSiglip || kind == PresetVit::kEva; }
};

// The projector behind an audio encoder, which is that of Whisper large v3.
enum class PresetSound { kUltravox, kQwen2Audio };

struct Preset {
  std::string name;  // "mobilevlm-v2-1.7b"
  DecoderPreset decoder;
  std::optional<VisionEncoderPreset> vision_encoder;
  std::optional<PresetSound> sound = std::nullopt;
};

std::span<const Preset> Presets();

// "NAME", or "NAME+OTHER": the encoder and the projector of one with the decoder of another,
// so that encoders can be compared before the same decoder. Errors: kInvalid, lists the names.
Result<Preset> FindPreset(std::string_view name);

// GGUF files in memory.
struct PresetFiles {
  std::vector<std::byte> model;
  std::vector<std::byte> mmproj;  // empty if there is neither a vision nor an audio encoder
};

// The decoder in `type` and the encoder in F16, as such files are usually published. Memory
// and time: proportional to the size of the files.
PresetFiles MakePreset(const Preset& preset, const FileType& type);

}  // namespace edgevlm
