// Matrices as AWQ and GPTQ store them, for tests.
#pragma once

#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "convert/huggingface/packed_scheme.h"
#include "convert/testing/tiny_folder.h"

namespace edgevlm {

// A random quantized matrix W[o][i] = scales[g][o] * (quants[o][i] - zeros[g][o]).
struct TinyPacked {
  int outputs;
  int inputs;
  PackedScheme scheme;
  bool is_symmetric = true;
  std::vector<int> group_of = {};  // [inputs]; empty: in order

  std::vector<std::vector<int>> quants = {}, zeros = {};  // [outputs][inputs], [groups][outputs]
  std::vector<std::vector<float>> scales = {};            // [groups][outputs]

  int group() const { return scheme.group == 0 ? inputs : scheme.group; }
  int groups() const { return (inputs + group() - 1) / group(); }
  std::size_t GroupOf(int input) const {
    return static_cast<std::size_t>(group_of.empty() ? input / group()
                                                     : group_of[static_cast<std::size_t>(input)]);
  }

  void Draw(std::mt19937& random) {
    const int levels = 1 << scheme.bits;
    std::uniform_int_distribution<int> quant(0, levels - 1), zero(1, levels - 1), exponent(-8, 8);
    const auto rows = static_cast<std::size_t>(outputs);
    quants.assign(rows, {});
    for (auto& row : quants) {
      for (int i = 0; i < inputs; ++i) row.push_back(quant(random));
    }
    zeros.assign(static_cast<std::size_t>(groups()), {});
    scales.assign(zeros.size(), {});
    for (std::size_t g = 0; g < zeros.size(); ++g) {
      for (int o = 0; o < outputs; ++o) {
        zeros[g].push_back(is_symmetric ? levels / 2 : zero(random));
        scales[g].push_back(1.0f / 1024 * static_cast<float>(exponent(random) + 20));
      }
    }
  }

  // [outputs, inputs]
  std::vector<float> Values() const {
    std::vector<float> values;
    for (std::size_t o = 0; o < quants.size(); ++o) {
      for (int i = 0; i < inputs; ++i) {
        const std::size_t g = GroupOf(i);
        values.push_back(scales[g][o] *
                         static_cast<float>(quants[o][static_cast<std::size_t>(i)] - zeros[g][o]));
      }
    }
    return values;
  }

  void AddTo(TinyFolder& folder, const std::string& module) const {
    const bool is_awq = scheme.method == PackedScheme::Method::kAwq;
    const int per_word = 32 / scheme.bits;
    const int rows = is_awq ? inputs : inputs / per_word;
    const int columns = is_awq ? outputs / 8 : outputs;
    std::vector<std::uint32_t> words(static_cast<std::size_t>(rows * columns));
    for (int o = 0; o < outputs; ++o) {
      for (int i = 0; i < inputs; ++i) {
        const auto quant = static_cast<std::uint32_t>(
            quants[static_cast<std::size_t>(o)][static_cast<std::size_t>(i)]);
        const int word = is_awq ? i * columns + o / 8 : i / per_word * columns + o;
        const int place = is_awq ? PlaceOf(o) : i % per_word;
        words[static_cast<std::size_t>(word)] |= quant << (place * scheme.bits);
      }
    }
    AddWords(folder, module + ".qweight", {rows, columns}, words);
    const int zero_columns = outputs / per_word;
    std::vector<std::uint32_t> zero_words(static_cast<std::size_t>(groups() * zero_columns));
    std::vector<float> all_scales;
    for (std::size_t g = 0; g < zeros.size(); ++g) {
      for (int o = 0; o < outputs; ++o) {
        const int stored = zeros[g][static_cast<std::size_t>(o)] - (scheme.zeros_less_one ? 1 : 0);
        zero_words[g * static_cast<std::size_t>(zero_columns) +
                   static_cast<std::size_t>(o / per_word)] |=
            static_cast<std::uint32_t>(stored)
            << ((is_awq ? PlaceOf(o) : o % per_word) * scheme.bits);
        all_scales.push_back(scales[g][static_cast<std::size_t>(o)]);
      }
    }
    AddWords(folder, module + ".qzeros", {groups(), zero_columns}, zero_words);
    folder.AddValues(module + ".scales", {groups(), outputs}, all_scales, DType::kF16);
    if (is_awq) return;
    std::vector<std::uint32_t> ids;
    for (int i = 0; i < inputs; ++i) ids.push_back(static_cast<std::uint32_t>(GroupOf(i)));
    AddWords(folder, module + ".g_idx", {inputs}, ids);
  }

  static void AddWords(TinyFolder& folder, const std::string& name,
                       const std::vector<std::int64_t>& extents,
                       const std::vector<std::uint32_t>& words) {
    folder.tensors[name] = {
        "I32", extents, {reinterpret_cast<const char*>(words.data()), 4 * words.size()}};
  }

 private:
  // Where AWQ puts an output among eight: 0, 2, 4, 6 first, then 1, 3, 5, 7.
  static int PlaceOf(int output) { return output % 8 / 2 + (output % 2 == 0 ? 0 : 4); }
};

}  // namespace edgevlm
