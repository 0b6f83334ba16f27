// WhisperEncoder: computes the features of sound (Radford et al. 2022): two convolutions over a mel
// spectrogram, then blocks of attention and MLP.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/layers.h"
#include "model/run.h"
#include "model/weight_reader.h"
#include "model/workspace.h"
#include "tensor/view.h"

namespace edgevlm {

// The sizes of an encoder. Whisper's relatives have the same tensors under other keys.
struct AudioSizes {
  static constexpr int kMaxBands = 1024;

  int bands = 1;   // B: of the mel spectrogram
  int width = 1;   // E
  int hidden = 1;  // F
  int blocks = 1;
  int heads = 1;
  int positions = 1;  // rows of features at most: 30 s
  float epsilon = 1e-5f;
};

// Fails if the heads do not divide the width; names `key`.
void CheckHeads(WeightReader& reader, const AudioSizes& sizes, std::string_view key);

struct AudioBlock {
  Norm attn_norm;
  Linear attn_q;  // [E, E], like the next two
  Linear attn_k;
  Linear attn_v;
  std::string attend_zone;
  Linear attn_output;  // [E, E]
  Norm mlp_norm;
  Linear mlp_up;    // [F, E]
  Linear mlp_down;  // [E, F]
};

struct AudioWeights {
  AudioSizes sizes;
  Linear first_convolution;      // [E, 3 B]: of three frames side by side
  Linear second_convolution;     // [E, 3 E]
  std::vector<float> positions;  // [positions, E]
  std::vector<AudioBlock> blocks;
  Norm post_norm;
};

// Threads: const methods from any number of threads, each with its own workspace.
class WhisperEncoder {
 public:
  // Reads a.*, checks and packs. A failure stays in the reader; the weights are then undefined.
  static AudioWeights Read(WeightReader& reader, const AudioSizes& sizes);

  explicit WhisperEncoder(AudioWeights weights);

  const AudioSizes& sizes() const { return weights_.sizes; }

  // Rows of features of so many frames: two frames each.
  static int Rows(int frames) { return (frames + 1) / 2; }

  //   mel       [T, B], 1 <= T <= 2 * sizes().positions
  //   features  [R, E], R <= Rows(T): the first rows, which attend to none but each other
  // Sound of any length is encoded at its own cost, but models that were trained on 30 s only,
  // plain Whisper among them, do not understand shorter ones. Uses and releases memory of
  // `workspace`. Undefined once run.IsOver().
  void Encode(View<const float> mel, View<float> features, Workspace& workspace,
              const Run& run) const;

  // The same without the norm at the end, for projectors that apply it later.
  void EncodeUnnormed(View<const float> mel, View<float> x, Workspace& workspace,
                      const Run& run) const;
  const Norm& post_norm() const { return weights_.post_norm; }

 private:
  struct Buffers;

  Buffers AllocBuffers(int rows, Workspace& workspace) const;
  void Embed(View<const float> mel, View<float> x, Workspace& workspace, const Run& run) const;
  void RunAttention(const AudioBlock& w, View<float> x, const Buffers& b, const Run& run) const;
  void RunMlp(const AudioBlock& w, View<float> x, const Buffers& b, const Run& run) const;

  AudioWeights weights_;
};

}  // namespace edgevlm
