// ReferenceVit: the vision transformer and its projectors in plain loops and double precision. For
// tests.
#pragma once

#include <string>

#include "model/testing/reference_vision_encoder.h"
#include "model/testing/tiny_vit.h"

namespace edgevlm {

inline double ReferenceQuickGelu(double x) { return x / (1 + std::exp(-1.702 * x)); }

// pixels [S * S, 3] -> [P, E], a convolution whose stride is its window.
inline Matrix ReferencePatches(const TinyVit& model, const Matrix& pixels) {
  constexpr int kSide = TinyVit::kImageSize / TinyVit::kPatch, kPatch = TinyVit::kPatch;
  const std::vector<float>& weight = model.Values("v.patch_embd.weight");
  Matrix y(TinyVit::kPatches, std::vector<double>(TinyVit::kWidth));
  for (int p = 0; p < TinyVit::kPatches; ++p) {
    for (int e = 0; e < TinyVit::kWidth; ++e) {
      double sum = 0;
      if (!model.options.is_clip) {
        sum = model.Values("v.patch_embd.bias")[static_cast<std::size_t>(e)];
      }
      for (int c = 0; c < 3; ++c) {
        for (int dy = 0; dy < kPatch; ++dy) {
          for (int dx = 0; dx < kPatch; ++dx) {
            const int row = p / kSide * kPatch + dy, column = p % kSide * kPatch + dx;
            const auto at = static_cast<std::size_t>(row * TinyVit::kImageSize + column);
            const auto tap = static_cast<std::size_t>(((e * 3 + c) * kPatch + dy) * kPatch + dx);
            sum += pixels[at][static_cast<std::size_t>(c)] * static_cast<double>(weight[tap]);
          }
        }
      }
      y[static_cast<std::size_t>(p)][static_cast<std::size_t>(e)] = sum;
    }
  }
  return y;
}

// softmax(q k^T / sqrt(d) + log(sizes)) v for every head; no sizes: all are 1.
// NOLINTNEXTLINE(readability-function-cognitive-complexity): the loops of the definition
inline Matrix ReferenceSelfAttention(const Matrix& q, const Matrix& k, const Matrix& v,
                                     const std::vector<double>& sizes = {}) {
  constexpr std::size_t kHead = TinyVit::kWidth / TinyVit::kHeads;
  Matrix attention_output(q.size(), std::vector<double>(TinyVit::kWidth));
  for (std::size_t t = 0; t < q.size(); ++t) {
    for (std::size_t first = 0; first < TinyVit::kWidth; first += kHead) {
      std::vector<double> shares;
      double sum = 0;
      for (std::size_t p = 0; p < k.size(); ++p) {
        double score = 0;
        for (std::size_t i = first; i < first + kHead; ++i) score += q[t][i] * k[p][i];
        shares.push_back(std::exp(score / std::sqrt(static_cast<double>(kHead))) *
                         (sizes.empty() ? 1 : sizes[p]));
        sum += shares.back();
      }
      for (std::size_t p = 0; p < k.size(); ++p) {
        for (std::size_t i = first; i < first + kHead; ++i) {
          attention_output[t][i] += shares[p] / sum * v[p][i];
        }
      }
    }
  }
  return attention_output;
}

// x += Attention(norm(x)); returns the keys.
inline Matrix ReferenceVitAttention(const TinyVit& model, int block,
                                    const std::vector<double>& sizes, Matrix& x) {
  const std::string name = "v.blk." + std::to_string(block) + ".";
  const Matrix normed = ReferenceNorm(model, name + "ln1", x, TinyVit::kEpsilon);
  const auto linear = [&](const char* part) { return ReferenceLinear(model, name + part, normed); };
  const Matrix keys = linear("attn_k");
  const Matrix attention_output =
      ReferenceSelfAttention(linear("attn_q"), keys, linear("attn_v"), sizes);
  ReferenceAdd(ReferenceLinear(model, name + "attn_out", attention_output), x);
  return keys;
}

// x += Mlp(norm(x)).
inline void ReferenceVitMlp(const TinyVit& model, int block, Matrix& x) {
  const std::string name = "v.blk." + std::to_string(block) + ".";
  const std::string up = model.options.are_mlp_names_swapped ? "ffn_down" : "ffn_up";
  const std::string down = model.options.are_mlp_names_swapped ? "ffn_up" : "ffn_down";
  const Matrix inside =
      ReferenceLinear(model, name + up, ReferenceNorm(model, name + "ln2", x, TinyVit::kEpsilon));
  const auto activation = model.options.is_clip ? ReferenceQuickGelu : ReferenceGelu;
  ReferenceAdd(ReferenceLinear(model, name + down, ReferenceMap(inside, activation)), x);
}

// pixels [S * S, 3] -> the rows before the first block, including the class token's.
inline Matrix ReferenceVitRows(const TinyVit& model, const Matrix& pixels) {
  Matrix x = ReferencePatches(model, pixels);
  if (model.options.is_clip) {
    const std::vector<float>& row = model.Values("v.class_embd");
    x.emplace(model.options.is_class_first ? x.begin() : x.end(), row.begin(), row.end());
  }
  const std::vector<float>& positions = model.Values("v.position_embd.weight");
  for (std::size_t i = 0; i < positions.size(); ++i) {
    x[i / TinyVit::kWidth][i % TinyVit::kWidth] += static_cast<double>(positions[i]);
  }
  if (model.options.is_clip) x = ReferenceNorm(model, "v.pre_ln", x, TinyVit::kEpsilon);
  return x;
}

// pixels [S * S, 3] -> features [P, E] after `blocks` blocks.
inline Matrix ReferenceVit(const TinyVit& model, const Matrix& pixels, int blocks) {
  Matrix x = ReferenceVitRows(model, pixels);
  for (int block = 0; block < blocks; ++block) {
    ReferenceVitAttention(model, block, {}, x);
    ReferenceVitMlp(model, block, x);
  }
  if (!model.options.is_clip) return ReferenceNorm(model, "v.post_ln", x, TinyVit::kEpsilon);
  x.erase(x.begin());  // in any order, the first row is not a feature
  return x;
}

// [P, E] -> [P / 4, D]
inline Matrix ReferenceLdpV2(const TinyVit& model, const Matrix& features) {
  const Matrix x = ReferenceLinear(
      model, "mm.model.mlp.2",
      ReferenceMap(ReferenceLinear(model, "mm.model.mlp.0", features), ReferenceGelu));
  Matrix pooled(4, std::vector<double>(TinyVit::kOutputs));
  for (std::size_t p = 0; p < x.size(); ++p) {
    const std::size_t to = p / 8 * 2 + p % 4 / 2;
    for (std::size_t c = 0; c < x[p].size(); ++c) pooled[to][c] += x[p][c] / 4;
  }
  Matrix y = ReferenceConv(model, "mm.model.peg.0", pooled, {2, 3, 1, true});
  ReferenceAdd(pooled, y);
  return y;
}

inline Matrix ReferenceLdpBlock(const TinyVit& model, int block, const Matrix& x, int stride) {
  const std::string name = "mm.model.mb_block." + std::to_string(block) + ".block.";
  Matrix y = ReferenceConv(model, name + "0.0", x, {4, 3, stride, true});
  y = ReferenceMap(ReferenceNorm(model, name + "0.1", y, TinyVit::kEpsilon), ReferenceHardSwish);
  ReferenceSqueeze(model, name + "1.fc1", name + "1.fc2", y);
  return ReferenceNorm(model, name + "2.1", ReferenceLinear(model, name + "2.0", y),
                       TinyVit::kEpsilon);
}

// [P, E] -> [P / 4, D]
inline Matrix ReferenceLdp(const TinyVit& model, const Matrix& features) {
  Matrix x = ReferenceLinear(
      model, "mm.model.mlp.3",
      ReferenceMap(ReferenceLinear(model, "mm.model.mlp.1", features), ReferenceGelu));
  ReferenceAdd(ReferenceLdpBlock(model, 1, x, 1), x);
  return ReferenceLdpBlock(model, 2, x, 2);
}

// [P, E] -> [P / 4, D]; patches (y, x), (y, x + 1), (y + 1, x), (y + 1, x + 1) side by side.
inline Matrix ReferenceIdefics3(const TinyVit& model, const Matrix& features) {
  Matrix wide(4);
  for (std::size_t p = 0; p < features.size(); ++p) {
    std::vector<double>& to = wide[p / 8 * 2 + p % 4 / 2];  // in the order of p: row by row
    to.insert(to.end(), features[p].begin(), features[p].end());
  }
  return ReferenceLinear(model, "mm.model.fc", wide);
}

}  // namespace edgevlm
