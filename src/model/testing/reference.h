// Reference: the model's formulas in plain loops and double precision, sharing no code with the
// engine. For tests.
#pragma once

#include <cmath>
#include <vector>

#include "model/testing/tiny_model.h"

namespace edgevlm {

// Row-major; all rows have the same length.
using Matrix = std::vector<std::vector<double>>;

inline double ReferenceGelu(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}
inline double ReferenceHardSigmoid(double x) { return std::fmin(std::fmax(x + 3, 0), 6) / 6; }
inline double ReferenceHardSwish(double x) { return x * ReferenceHardSigmoid(x); }
inline double ReferenceRelu(double x) { return x > 0 ? x : 0; }

// y = x W^T + b, W [N, K] of the module; b is 0 where the file has none.
inline Matrix ReferenceLinear(const TinyFile& model, const std::string& module, const Matrix& x) {
  const std::vector<float>& weight = model.Values(module + ".weight");
  const std::size_t inputs = x[0].size(), outputs = weight.size() / inputs;
  std::vector<float> bias(outputs);
  if (model.tensors.contains(module + ".bias")) bias = model.Values(module + ".bias");
  Matrix y(x.size(), std::vector<double>(outputs));
  for (std::size_t t = 0; t < x.size(); ++t) {
    for (std::size_t n = 0; n < outputs; ++n) {
      y[t][n] = bias[n];
      for (std::size_t k = 0; k < inputs; ++k) {
        y[t][n] += x[t][k] * static_cast<double>(weight[n * inputs + k]);
      }
    }
  }
  return y;
}

template <class Function>
Matrix ReferenceMap(Matrix x, Function function) {
  for (auto& row : x) {
    for (double& value : row) value = function(value);
  }
  return x;
}

inline Matrix ReferenceNorm(const TinyFile& model, const std::string& module, Matrix x,
                            double epsilon = 1e-5) {
  const std::vector<float>& gain = model.Values(module + ".weight");
  const std::vector<float>& bias = model.Values(module + ".bias");
  for (auto& row : x) {
    const double n = static_cast<double>(row.size());
    double mean = 0, variance = 0;
    for (double v : row) mean += v / n;
    for (double v : row) variance += (v - mean) * (v - mean) / n;
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = (row[i] - mean) / std::sqrt(variance + epsilon) * static_cast<double>(gain[i]) +
               static_cast<double>(bias[i]);
    }
  }
  return x;
}

// The cached value of a key or value.
inline double ReferenceStored(double value) {
  return static_cast<double>(HalfToFloat(FloatToHalf(static_cast<float>(value))));
}

// qkv [T, 3D] of positions 0..T-1 -> [T, D].
inline Matrix ReferenceAttention(const Matrix& qkv) {
  constexpr std::size_t kWidth = TinyModel::kWidth, kHead = kWidth / TinyModel::kHeads;
  Matrix attention_output(qkv.size(), std::vector<double>(kWidth));
  for (std::size_t t = 0; t < qkv.size(); ++t) {
    for (std::size_t first = 0; first < kWidth; first += kHead) {
      std::vector<double> shares;
      double sum = 0;
      for (std::size_t p = 0; p <= t; ++p) {
        double score = 0;
        for (std::size_t i = first; i < first + kHead; ++i) {
          score += qkv[t][i] * ReferenceStored(qkv[p][kWidth + i]);
        }
        shares.push_back(std::exp(score / std::sqrt(static_cast<double>(kHead))));
        sum += shares.back();
      }
      for (std::size_t p = 0; p <= t; ++p) {
        for (std::size_t i = first; i < first + kHead; ++i) {
          attention_output[t][i] += shares[p] / sum * ReferenceStored(qkv[p][2 * kWidth + i]);
        }
      }
    }
  }
  return attention_output;
}

inline void ReferenceAdd(const Matrix& x, Matrix& y) {
  for (std::size_t t = 0; t < y.size(); ++t) {
    for (std::size_t i = 0; i < y[t].size(); ++i) y[t][i] += x[t][i];
  }
}

// Embeddings of tokens, without positions: [T, D].
inline Matrix ReferenceEmbeddings(const TinyFile& model, const std::vector<int>& tokens) {
  const TinyTensor& table = model.tensors.at("token_embd.weight");
  const std::ptrdiff_t width = table.shape[1];
  Matrix x;
  for (const int token : tokens) {
    const auto row = table.values.begin() + token * width;
    x.emplace_back(row, row + width);
  }
  return x;
}

// GPT-2. Inputs [T, D] at positions 0..T-1 -> logits [T, V].
inline Matrix ReferenceDecoder(const TinyModel& model, Matrix x) {
  const std::vector<float>& positions = model.Values("position_embd.weight");
  for (std::size_t t = 0; t < x.size(); ++t) {
    for (std::size_t i = 0; i < x[t].size(); ++i) {
      x[t][i] += static_cast<double>(positions[t * TinyModel::kWidth + i]);
    }
  }
  for (int block = 0; block < TinyModel::kBlocks; ++block) {
    const std::string name = "blk." + std::to_string(block) + ".";
    const Matrix normed = ReferenceNorm(model, name + "attn_norm", x);
    const Matrix attention_output =
        ReferenceAttention(ReferenceLinear(model, name + "attn_qkv", normed));
    ReferenceAdd(ReferenceLinear(model, name + "attn_output", attention_output), x);
    const Matrix up =
        ReferenceLinear(model, name + "ffn_up", ReferenceNorm(model, name + "ffn_norm", x));
    ReferenceAdd(ReferenceLinear(model, name + "ffn_down", ReferenceMap(up, ReferenceGelu)), x);
  }
  x = ReferenceNorm(model, "output_norm", x);
  return ReferenceLinear(model, model.tensors.contains("output.weight") ? "output" : "token_embd",
                         x);
}

}  // namespace edgevlm
