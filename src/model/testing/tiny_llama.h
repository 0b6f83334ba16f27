// TinyLlama: a decoder file of the llama kind with random weights, and its reference computation in
// plain loops and double precision. For tests.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "gguf/names.h"
#include "model/testing/reference.h"
#include "model/testing/tiny_file.h"

namespace edgevlm {

struct TinyLlamaOptions {
  std::string architecture = "llama";
  int vocabulary = 53;
  int head_width = 4;  // d; the width is 24, so 6 heads of 4 need no key for it
  int rotated = 4;     // r
  float base = 10000.0f;
  float factor = 1.0f;  // of linear scaling
  bool has_output = true;
  bool has_qkv_bias = false;
  bool has_rope_freqs = false;
  bool has_halves = false;  // pairs of rotary positions; follows from the architecture
};

struct TinyLlama : TinyFile {
  static constexpr int kContext = 320;
  static constexpr int kWidth = 24;  // D
  static constexpr int kHeads = 6;
  static constexpr int kKvHeads = 2;
  static constexpr int kBlocks = 2;
  static constexpr int kHidden = 40;  // F
  static constexpr float kEpsilon = 1e-5f;

  explicit TinyLlama(const TinyLlamaOptions& tiny_options = {})
      : TinyFile(11), options(tiny_options) {
    AddKeys();
    AddTensor("token_embd.weight", {options.vocabulary, kWidth}, 0, 0.7f, DType::kF16);
    AddNorm(modules::kOutputNorm);
    if (options.has_output) AddMatrix(modules::kOutput, options.vocabulary, kWidth, false);
    if (options.has_rope_freqs) {
      AddTensor("rope_freqs.weight", {options.rotated / 2}, 3, 0.5f, DType::kF32);
    }
    const int q_width = kHeads * options.head_width, kv_width = kKvHeads * options.head_width;
    for (int block = 0; block < kBlocks; ++block) {
      AddNorm(modules::AttnNorm(block));
      AddMatrix(modules::AttnQ(block), q_width, kWidth, options.has_qkv_bias);
      AddMatrix(modules::AttnK(block), kv_width, kWidth, options.has_qkv_bias);
      AddMatrix(modules::AttnV(block), kv_width, kWidth, options.has_qkv_bias);
      AddMatrix(modules::AttnOutput(block), kWidth, q_width, false);
      AddNorm(modules::FfnNorm(block));
      AddMatrix(modules::FfnGate(block), kHidden, kWidth, false);
      AddMatrix(modules::FfnUp(block), kHidden, kWidth, false);
      AddMatrix(modules::FfnDown(block), kWidth, kHidden, false);
    }
  }

  TinyLlamaOptions options;

 private:
  void AddKeys() {
    const std::string& name = options.architecture;
    keys[std::string(keys::kArchitecture)] = name;
    keys[keys::ContextLength(name)] = std::uint32_t{kContext};
    keys[keys::EmbeddingLength(name)] = std::uint32_t{kWidth};
    keys[keys::BlockCount(name)] = std::uint32_t{kBlocks};
    keys[keys::FeedForwardLength(name)] = std::uint32_t{kHidden};
    keys[keys::HeadCount(name)] = std::uint32_t{kHeads};
    keys[keys::HeadCountKv(name)] = std::uint32_t{kKvHeads};
    keys[keys::RmsNormEpsilon(name)] = kEpsilon;
    keys[keys::RopeDimensionCount(name)] = static_cast<std::uint32_t>(options.rotated);
    keys[keys::RopeFreqBase(name)] = options.base;
    if (options.head_width * kHeads != kWidth) {
      keys[keys::KeyLength(name)] = static_cast<std::uint32_t>(options.head_width);
      keys[keys::ValueLength(name)] = static_cast<std::uint32_t>(options.head_width);
    }
    if (options.factor != 1.0f) {
      keys[keys::RopeScalingType(name)] = std::string("linear");
      keys[keys::RopeScalingFactor(name)] = options.factor;
    }
  }

  void AddNorm(std::string_view module) {
    AddTensor(modules::Weight(module), {kWidth}, 1, 0.2f, DType::kF32);
  }

  void AddMatrix(std::string_view module, int outputs, int inputs, bool has_bias) {
    const float deviation = std::sqrt(2.0f / static_cast<float>(inputs));
    AddTensor(modules::Weight(module), {outputs, inputs}, 0, deviation, DType::kF16);
    if (has_bias) AddTensor(modules::Bias(module), {outputs}, 0, 0.5f, DType::kF32);
  }
};

inline Matrix ReferenceRmsNorm(const TinyFile& model, const std::string& module, Matrix x) {
  const std::vector<float>& gain = model.Values(module + ".weight");
  for (auto& row : x) {
    double tiles = 0;
    for (const double v : row) tiles += v * v / static_cast<double>(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      const double root = std::sqrt(tiles + static_cast<double>(TinyLlama::kEpsilon));
      row[i] *= static_cast<double>(gain[i]) / root;
    }
  }
  return x;
}

// Rotates every head of row t by position t, each pair as a complex number.
inline void ReferenceRope(const TinyLlama& model, Matrix& x) {
  const TinyLlamaOptions& options = model.options;
  for (std::size_t t = 0; t < x.size(); ++t) {
    for (std::size_t head = 0; head < x[t].size();
         head += static_cast<std::size_t>(options.head_width)) {
      for (int pair = 0; pair < options.rotated / 2; ++pair) {
        double angle = static_cast<double>(t) / static_cast<double>(options.factor) *
                       std::pow(static_cast<double>(options.base), -2.0 * pair / options.rotated);
        if (options.has_rope_freqs) {
          angle /= static_cast<double>(
              model.Values("rope_freqs.weight")[static_cast<std::size_t>(pair)]);
        }
        const int first = options.has_halves ? pair : 2 * pair;
        const int second = options.has_halves ? pair + options.rotated / 2 : 2 * pair + 1;
        double& a = x[t][head + static_cast<std::size_t>(first)];
        double& b = x[t][head + static_cast<std::size_t>(second)];
        const double rotated = a * std::cos(angle) - b * std::sin(angle);
        b = a * std::sin(angle) + b * std::cos(angle);
        a = rotated;
      }
    }
  }
}

// q [T, Hq * d], k and v [T, Hkv * d] -> [T, Hq * d]; neighboring queries share a head of k and v.
inline Matrix ReferenceGroupedAttention(const TinyLlama& model, const Matrix& q, const Matrix& k,
                                        const Matrix& v) {
  const auto width = static_cast<std::size_t>(model.options.head_width);
  const std::size_t group = TinyLlama::kHeads / TinyLlama::kKvHeads;
  Matrix attention_output(q.size(), std::vector<double>(q[0].size()));
  for (std::size_t t = 0; t < q.size(); ++t) {
    for (std::size_t head = 0; head < TinyLlama::kHeads; ++head) {
      const std::size_t from = head / group * width, to = head * width;
      std::vector<double> shares;
      double sum = 0;
      for (std::size_t p = 0; p <= t; ++p) {
        double score = 0;
        for (std::size_t i = 0; i < width; ++i) {
          score += q[t][to + i] * ReferenceStored(k[p][from + i]);
        }
        shares.push_back(std::exp(score / std::sqrt(static_cast<double>(width))));
        sum += shares.back();
      }
      for (std::size_t p = 0; p <= t; ++p) {
        for (std::size_t i = 0; i < width; ++i) {
          attention_output[t][to + i] += shares[p] / sum * ReferenceStored(v[p][from + i]);
        }
      }
    }
  }
  return attention_output;
}

// Inputs [T, D] at positions 0..T-1 -> logits [T, V].
inline Matrix ReferenceLlama(const TinyLlama& model, Matrix x) {
  for (int block = 0; block < TinyLlama::kBlocks; ++block) {
    const std::string name = "blk." + std::to_string(block) + ".";
    const Matrix normed = ReferenceRmsNorm(model, name + "attn_norm", x);
    Matrix q = ReferenceLinear(model, name + "attn_q", normed);
    Matrix k = ReferenceLinear(model, name + "attn_k", normed);
    ReferenceRope(model, q);
    ReferenceRope(model, k);
    const Matrix attention_output =
        ReferenceGroupedAttention(model, q, k, ReferenceLinear(model, name + "attn_v", normed));
    ReferenceAdd(ReferenceLinear(model, name + "attn_output", attention_output), x);

    const Matrix mlp_normed = ReferenceRmsNorm(model, name + "ffn_norm", x);
    Matrix hidden = ReferenceMap(ReferenceLinear(model, name + "ffn_gate", mlp_normed),
                                 [](double g) { return g / (1 + std::exp(-g)); });
    const Matrix up = ReferenceLinear(model, name + "ffn_up", mlp_normed);
    for (std::size_t t = 0; t < up.size(); ++t) {
      for (std::size_t i = 0; i < up[t].size(); ++i) hidden[t][i] *= up[t][i];
    }
    ReferenceAdd(ReferenceLinear(model, name + "ffn_down", hidden), x);
  }
  x = ReferenceRmsNorm(model, "output_norm", x);
  return ReferenceLinear(model, model.options.has_output ? "output" : "token_embd", x);
}

}  // namespace edgevlm
