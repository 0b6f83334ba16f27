// TinyGemma3: a Gemma 3 decoder file with random weights, and its reference computation in plain
// loops and double precision. For tests.
#pragma once

#include <cmath>
#include <string>

#include "gguf/names.h"
#include "model/testing/reference.h"
#include "model/testing/tiny_file.h"
#include "model/testing/tiny_llama.h"

namespace edgevlm {

// Of TinyLlama's size. Block 0 is local, block 1 global.
struct TinyGemma3 : TinyFile {
  static constexpr int kWidth = TinyLlama::kWidth;  // D
  static constexpr int kHeads = 6;
  static constexpr int kKvHeads = 2;
  static constexpr int kHeadWidth = 8;  // d
  static constexpr int kBlocks = 2;
  static constexpr int kHidden = 40;  // F
  static constexpr int kWindow = 7;
  static constexpr double kLocalBase = 100;
  static constexpr double kGlobalBase = 5000;
  static constexpr double kFactor = 4;  // of the global positions

  explicit TinyGemma3(int vocabulary) : TinyFile(17) {
    AddKeys();
    AddTensor("token_embd.weight", {vocabulary, kWidth}, 0, 0.7f, DType::kF16);
    AddGain(modules::kOutputNorm, kWidth);
    for (int block = 0; block < kBlocks; ++block) {
      AddGain(modules::AttnNorm(block), kWidth);
      AddMatrix(modules::AttnQ(block), kHeads * kHeadWidth, kWidth);
      AddMatrix(modules::AttnK(block), kKvHeads * kHeadWidth, kWidth);
      AddMatrix(modules::AttnV(block), kKvHeads * kHeadWidth, kWidth);
      AddGain(modules::AttnQNorm(block), kHeadWidth);
      AddGain(modules::AttnKNorm(block), kHeadWidth);
      AddMatrix(modules::AttnOutput(block), kWidth, kHeads * kHeadWidth);
      AddGain(modules::AttnPostNorm(block), kWidth);
      AddGain(modules::FfnNorm(block), kWidth);
      AddMatrix(modules::FfnGate(block), kHidden, kWidth);
      AddMatrix(modules::FfnUp(block), kHidden, kWidth);
      AddMatrix(modules::FfnDown(block), kWidth, kHidden);
      AddGain(modules::FfnPostNorm(block), kWidth);
    }
  }

 private:
  void AddKeys() {
    const std::string name = "gemma3";
    keys[std::string(keys::kArchitecture)] = name;
    keys[keys::ContextLength(name)] = std::uint32_t{TinyLlama::kContext};
    keys[keys::EmbeddingLength(name)] = std::uint32_t{kWidth};
    keys[keys::BlockCount(name)] = std::uint32_t{kBlocks};
    keys[keys::FeedForwardLength(name)] = std::uint32_t{kHidden};
    keys[keys::HeadCount(name)] = std::uint32_t{kHeads};
    keys[keys::HeadCountKv(name)] = std::uint32_t{kKvHeads};
    keys[keys::KeyLength(name)] = std::uint32_t{kHeadWidth};
    keys[keys::ValueLength(name)] = std::uint32_t{kHeadWidth};
    keys[keys::RmsNormEpsilon(name)] = TinyLlama::kEpsilon;
    keys[keys::RopeFreqBase(name)] = static_cast<float>(kGlobalBase);
    keys[keys::RopeFreqBaseSwa(name)] = static_cast<float>(kLocalBase);
    keys[keys::RopeScalingType(name)] = std::string("linear");
    keys[keys::RopeScalingFactor(name)] = static_cast<float>(kFactor);
    keys[keys::SlidingWindow(name)] = std::uint32_t{kWindow};
    keys[keys::SlidingWindowPattern(name)] = std::uint32_t{2};
  }

  void AddGain(std::string_view module, int width) {
    AddTensor(modules::Weight(module), {width}, 1, 0.2f, DType::kF32);
  }
  void AddMatrix(std::string_view module, int outputs, int inputs) {
    const float deviation = std::sqrt(2.0f / static_cast<float>(inputs));
    AddTensor(modules::Weight(module), {outputs, inputs}, 0, deviation, DType::kF16);
  }
};

// Normalizes each head of x [T, H * d], and rotates it by its row's position.
inline Matrix ReferenceGemma3Heads(const TinyGemma3& model, const std::string& norm, bool is_local,
                                   Matrix x) {
  constexpr std::size_t kWidth = TinyGemma3::kHeadWidth;
  for (std::size_t t = 0; t < x.size(); ++t) {
    for (std::size_t first = 0; first < x[t].size(); first += kWidth) {
      const auto begin = x[t].begin() + static_cast<std::ptrdiff_t>(first);
      Matrix head = {{begin, begin + kWidth}};
      head = ReferenceRmsNorm(model, norm, head);
      const double position = static_cast<double>(t) / (is_local ? 1 : TinyGemma3::kFactor);
      const double base = is_local ? TinyGemma3::kLocalBase : TinyGemma3::kGlobalBase;
      for (std::size_t i = 0; i < kWidth / 2; ++i) {
        const double angle =
            position * std::pow(base, -2.0 * static_cast<double>(i) / double{kWidth});
        const double a = head[0][i], b = head[0][i + kWidth / 2];
        x[t][first + i] = a * std::cos(angle) - b * std::sin(angle);
        x[t][first + i + kWidth / 2] = a * std::sin(angle) + b * std::cos(angle);
      }
    }
  }
  return x;
}

// Whether a row attends to a position. Rows [image_begin, image_end) attend to each other in both
// directions.
struct ReferenceMask {
  bool is_local = false;
  std::size_t image_begin = 0;
  std::size_t image_end = 0;

  bool Shows(std::size_t row, std::size_t position) const {
    const bool in_image = image_begin <= row && row < image_end && position < image_end;
    const bool in_window = !is_local || position + TinyGemma3::kWindow > row;
    return in_window && (position <= row || in_image);
  }
};

inline Matrix ReferenceGemma3Attention(const Matrix& q, const Matrix& k, const Matrix& v,
                                       const ReferenceMask& mask) {
  constexpr std::size_t kWidth = TinyGemma3::kHeadWidth;
  constexpr std::size_t kGroup = TinyGemma3::kHeads / TinyGemma3::kKvHeads;
  Matrix out(q.size(), std::vector<double>(q[0].size()));
  for (std::size_t t = 0; t < q.size(); ++t) {
    for (std::size_t head = 0; head < TinyGemma3::kHeads; ++head) {
      const std::size_t from = head / kGroup * kWidth, to = head * kWidth;
      double sum = 0;
      for (std::size_t p = 0; p < q.size(); ++p) {
        if (!mask.Shows(t, p)) continue;
        double score = 0;
        for (std::size_t i = 0; i < kWidth; ++i) {
          score += q[t][to + i] * ReferenceStored(k[p][from + i]);
        }
        const double weight = std::exp(score / std::sqrt(double{kWidth}));
        sum += weight;
        for (std::size_t i = 0; i < kWidth; ++i) {
          out[t][to + i] += weight * ReferenceStored(v[p][from + i]);
        }
      }
      for (std::size_t i = 0; i < kWidth; ++i) out[t][to + i] /= sum;
    }
  }
  return out;
}

// Inputs [T, D] at positions 0..T-1, token embeddings already scaled -> logits [T, V].
inline Matrix ReferenceGemma3(const TinyGemma3& model, Matrix x, ReferenceMask mask = {}) {
  for (int block = 0; block < TinyGemma3::kBlocks; ++block) {
    const std::string name = "blk." + std::to_string(block) + ".";
    mask.is_local = block == 0;
    const Matrix normed = ReferenceRmsNorm(model, name + "attn_norm", x);
    const Matrix q = ReferenceGemma3Heads(model, name + "attn_q_norm", mask.is_local,
                                          ReferenceLinear(model, name + "attn_q", normed));
    const Matrix k = ReferenceGemma3Heads(model, name + "attn_k_norm", mask.is_local,
                                          ReferenceLinear(model, name + "attn_k", normed));
    const Matrix attended =
        ReferenceGemma3Attention(q, k, ReferenceLinear(model, name + "attn_v", normed), mask);
    ReferenceAdd(ReferenceRmsNorm(model, name + "post_attention_norm",
                                  ReferenceLinear(model, name + "attn_output", attended)),
                 x);
    const Matrix mlp = ReferenceRmsNorm(model, name + "ffn_norm", x);
    Matrix hidden = ReferenceMap(ReferenceLinear(model, name + "ffn_gate", mlp), ReferenceGelu);
    const Matrix up = ReferenceLinear(model, name + "ffn_up", mlp);
    for (std::size_t t = 0; t < up.size(); ++t) {
      for (std::size_t i = 0; i < up[t].size(); ++i) hidden[t][i] *= up[t][i];
    }
    ReferenceAdd(ReferenceRmsNorm(model, name + "post_ffw_norm",
                                  ReferenceLinear(model, name + "ffn_down", hidden)),
                 x);
  }
  return ReferenceLinear(model, "token_embd", ReferenceRmsNorm(model, "output_norm", x));
}

}  // namespace edgevlm
