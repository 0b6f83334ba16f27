#include "teacher/record.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "base/check.h"
#include "digest/sha256.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

std::vector<std::uint16_t> Halves(std::span<const float> values) {
  std::vector<std::uint16_t> halves(values.size());
  std::ranges::transform(values, halves.begin(), FloatToHalf);
  return halves;
}

// log(sum(exp(row))), in double, because a vocabulary has up to 2^18 terms.
double LogSumExp(std::span<const float> row) {
  const double most = *std::ranges::max_element(row);
  double sum = 0;
  for (const float value : row) sum += std::exp(value - most);
  return most + std::log(sum);
}

// The product of two vectors. Many sums, so that the compiler uses vector instructions.
double Dot(const float* a, const float* b, std::size_t n) {
  constexpr std::size_t kSums = 16;
  std::array<float, kSums> sums{};
  std::size_t i = 0;
  for (; i + kSums <= n; i += kSums) {
    for (std::size_t j = 0; j < kSums; ++j) sums[j] += a[i + j] * b[i + j];
  }
  double total = std::accumulate(sums.begin(), sums.end(), 0.0);
  for (; i < n; ++i) total += a[i] * b[i];
  return total;
}

}  // namespace

HalfRows HalfRowsOf(std::span<const float> values, int cols, int grid_width) {
  HalfRows rows;
  if (values.empty()) return rows;
  rows.cols = cols;
  rows.rows = static_cast<int>(values.size() / static_cast<std::size_t>(cols));
  rows.grid_width = grid_width;
  CHECK(grid_width == 0 || rows.rows % grid_width == 0);
  rows.values = Halves(values);
  return rows;
}

TopTokens TopTokensOf(std::span<const float> logits, int vocabulary, int count) {
  CHECK(vocabulary >= 1 && count >= 1);
  const auto width = static_cast<std::size_t>(vocabulary);
  TopTokens top;
  top.rows = static_cast<int>(logits.size() / width);
  top.count = std::min(count, vocabulary);
  std::vector<std::int32_t> order(width);
  for (int row = 0; row < top.rows; ++row) {
    const std::span<const float> values =
        logits.subspan(static_cast<std::size_t>(row) * width, width);
    std::iota(order.begin(), order.end(), 0);
    const auto is_before = [&](std::int32_t a, std::int32_t b) {
      const float left = values[static_cast<std::size_t>(a)];
      const float right = values[static_cast<std::size_t>(b)];
      return left > right || (left == right && a < b);
    };
    std::partial_sort(order.begin(), order.begin() + top.count, order.end(), is_before);
    const double total = LogSumExp(values);
    double sum = 0;
    for (int i = 0; i < top.count; ++i) {
      const std::int32_t id = order[static_cast<std::size_t>(i)];
      const double log_probability = values[static_cast<std::size_t>(id)] - total;
      sum += std::exp(log_probability);
      top.ids.push_back(id);
      top.log_probabilities.push_back(FloatToHalf(static_cast<float>(log_probability)));
    }
    top.rest.push_back(FloatToHalf(static_cast<float>(std::max(0.0, 1.0 - sum))));
  }
  return top;
}

std::vector<std::uint16_t> RelationsOf(std::span<const float> logits, int vocabulary) {
  const auto width = static_cast<std::size_t>(vocabulary);
  const std::size_t rows = logits.size() / width;
  // A constant added to all logits of a token changes no probability, so it must not count.
  std::vector<float> centered(logits.begin(), logits.end());
  for (std::size_t row = 0; row < rows; ++row) {
    const std::span<float> values = std::span(centered).subspan(row * width, width);
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / vocabulary;
    for (float& value : values) value -= static_cast<float>(mean);
  }
  std::vector<double> products;
  products.reserve(TriangleSize(rows));
  double diagonal = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const float* const left = centered.data() + i * width;
    for (std::size_t j = 0; j <= i; ++j) {
      products.push_back(Dot(left, centered.data() + j * width, width));
    }
    diagonal += products.back();
  }
  const double scale = diagonal > 0 ? static_cast<double>(rows) / diagonal : 0.0;
  std::vector<std::uint16_t> relations;
  relations.reserve(products.size());
  for (const double product : products) {
    relations.push_back(FloatToHalf(static_cast<float>(product * scale)));
  }
  return relations;
}

std::uint64_t HashOf(int width, int height, std::span<const std::uint8_t> rgb) {
  Sha256 digest;
  const std::int32_t sides[] = {width, height};
  digest.Update(std::as_bytes(std::span(sides)));
  digest.Update(std::as_bytes(rgb));
  return std::stoull(digest.HexDigest().substr(0, 16), nullptr, 16);
}

}  // namespace edgevlm
