#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "kernels/kv_rows/q4_rows.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

constexpr int kMaxQuant = 15;   // the greatest quant of 4 bits
constexpr int kIterations = 2;  // of the power method
constexpr int kMaxValues = kMaxQ4Group * kMaxQ4Width;
constexpr float kHalfMax = 65504.0f;

template <class T>
void Put(std::byte* bytes, std::ptrdiff_t at, T value) {
  std::memcpy(bytes + at, &value, sizeof(value));
}

float PutHalf(std::byte* bytes, std::ptrdiff_t at, float value) {
  const std::uint16_t half = FloatToHalf(std::clamp(value, -kHalfMax, kHalfMax));
  Put(bytes, at, half);
  return HalfToFloat(half);
}

class Q4Quantizer {
 public:
  Q4Quantizer(const Q4Shape& shape, View<const float> rows, std::byte* group)
      : shape_(shape), group_(group) {
    CHECK(rows.rows == shape.group && rows.cols == shape.width);
    CHECK(shape.group <= kMaxQ4Group && shape.width <= kMaxQ4Width);
    CHECK(shape.rank <= kMaxQ4Rank && shape.group % 2 == 0);
    std::memset(group, 0, static_cast<std::size_t>(shape.bytes()));
    for (int j = 0; j < shape.group; ++j) {
      std::ranges::transform(rows.Row(j), rest_ + j * shape.width, [](float value) {
        return value == value ? std::clamp(value, -kHalfMax, kHalfMax) : 0.0f;
      });
    }
  }

  // Quantizes the group. Afterwards `rest_` holds the quantization error.
  void Quantize() {
    if (shape_.outliers > 0) ChooseOutliers();
    for (int s = 0; s < shape_.scales(); ++s) QuantizeVector(s);
    if (shape_.rank > 0) FitProduct();
    for (int i = 0; i < shape_.outliers; ++i) {
      PutHalf(group_, shape_.deltas_at() + 2 * i, outliers_[i] + rest_[indices_[i]]);
    }
  }

 private:
  // The length of a vector: the values that share a scale.
  int vector_length() const { return shape_.along == Along::kTokens ? shape_.group : shape_.width; }
  // Value k of vector s.
  float& At(int s, int k) {
    return shape_.along == Along::kTokens ? rest_[k * shape_.width + s]
                                          : rest_[s * shape_.width + k];
  }
  float Mean(int s) {
    float sum = 0.0f;
    for (int k = 0; k < vector_length(); ++k) sum += At(s, k);
    return sum / static_cast<float>(vector_length());
  }

  // Chooses the values farthest from the mean of their vector and replaces each by that mean. The
  // outlier stores the difference.
  void ChooseOutliers() {
    const int values = shape_.group * shape_.width;
    for (int s = 0; s < shape_.scales(); ++s) {
      const float mean = Mean(s);
      for (int k = 0; k < vector_length(); ++k) {
        const auto at = static_cast<std::size_t>(&At(s, k) - rest_);
        distance_[at] = rest_[at] - mean;
      }
    }
    for (int i = 0; i < values; ++i) order_[i] = static_cast<std::uint16_t>(i);
    std::nth_element(order_, order_ + shape_.outliers, order_ + values, [this](int a, int b) {
      const float of_a = std::fabs(distance_[a]), of_b = std::fabs(distance_[b]);
      return of_a != of_b ? of_a > of_b : a < b;
    });
    std::sort(order_, order_ + shape_.outliers);
    for (int i = 0; i < shape_.outliers; ++i) {
      const std::uint16_t index = order_[i];
      const int row = index / shape_.width, channel = index % shape_.width;
      Put(group_, shape_.outliers_at() + 2 * i, static_cast<std::uint8_t>(row));
      Put(group_, shape_.outliers_at() + 2 * i + 1, static_cast<std::uint8_t>(channel));
      indices_[i] = index;
      outliers_[i] = distance_[index];
      rest_[index] -= distance_[index];
    }
  }

  void QuantizeVector(int s) {
    float lowest = At(s, 0), highest = lowest;
    for (int k = 1; k < vector_length(); ++k) {
      lowest = std::min(lowest, At(s, k));
      highest = std::max(highest, At(s, k));
    }
    const float minimum = PutHalf(group_, shape_.scales_at() + 2 * (shape_.scales() + s), lowest);
    const float scale =
        PutHalf(group_, shape_.scales_at() + 2 * s, (highest - minimum) / kMaxQuant);
    const float inverse = scale > 0.0f ? 1.0f / scale : 0.0f;
    for (int k = 0; k < vector_length(); ++k) {
      float& value = At(s, k);
      const float rounded = std::nearbyint((value - minimum) * inverse);
      const int quant = static_cast<int>(std::clamp(rounded, 0.0f, float{kMaxQuant}));
      value -= scale * static_cast<float>(quant) + minimum;
      PutQuant(static_cast<int>(&value - rest_), quant);
    }
  }

  void PutQuant(int index, int quant) {
    const int row = index / shape_.width, channel = index % shape_.width;
    const bool is_low = channel < shape_.half();
    std::byte& both = group_[row * shape_.half() + (is_low ? channel : channel - shape_.half())];
    both |= static_cast<std::byte>(is_low ? quant : quant << 4);
  }

  // rest ~ sum_r a_r b_r^T by the power method: b from a fixed start; a = rest b, made orthonormal;
  // b = rest^T a. The product is subtracted as it is stored.
  void FitProduct() {
    const int rank = shape_.rank, group = shape_.group, width = shape_.width;
    for (int i = 0; i < rank * width; ++i) b_[i] = (i * 7919 + 13) % 31 < 15 ? 1.0f : -1.0f;
    for (int step = 0; step < kIterations; ++step) {
      for (int r = 0; r < rank; ++r) {
        for (int j = 0; j < group; ++j) {
          a_[r * group + j] = Dot(rest_ + j * width, b_ + r * width, width);
        }
        MakeOrthonormal(r);
      }
      std::fill_n(b_, rank * width, 0.0f);
      for (int r = 0; r < rank; ++r) {
        for (int j = 0; j < group; ++j) {
          AddTimes(a_[r * group + j], rest_ + j * width, width, b_ + r * width);
        }
      }
    }
    for (int r = 0; r < rank; ++r) StoreProduct(r);
  }

  static float Dot(const float* x, const float* y, int n) {
    std::array<float, 8> sums = {};
    int i = 0;
    for (; i + 8 <= n; i += 8) {
      for (int k = 0; k < 8; ++k) sums[static_cast<std::size_t>(k)] += x[i + k] * y[i + k];
    }
    for (; i < n; ++i) sums[0] += x[i] * y[i];
    float sum = 0.0f;
    for (const float part : sums) sum += part;
    return sum;
  }
  static void AddTimes(float factor, const float* x, int n, float* y) {
    for (int i = 0; i < n; ++i) y[i] += factor * x[i];
  }

  // Column r of a, by those before it.
  void MakeOrthonormal(int r) {
    const int n = shape_.group;
    float* column = a_ + r * n;
    for (int before = 0; before < r; ++before) {
      const float* other = a_ + before * n;
      AddTimes(-Dot(column, other, n), other, n, column);
    }
    const float length = std::sqrt(Dot(column, column, n));
    const float inverse = length > 1e-20f ? 1.0f / length : 0.0f;
    for (int j = 0; j < n; ++j) column[j] *= inverse;
  }

  // Writes values quantized to int8; returns their scale.
  float StoreInt8(const float* values, int n, std::ptrdiff_t at, float* quants) {
    float greatest = 0.0f;
    for (int i = 0; i < n; ++i) greatest = std::max(greatest, std::fabs(values[i]));
    const float inverse = greatest > 1e-30f ? 127.0f / greatest : 0.0f;
    for (int i = 0; i < n; ++i) {
      quants[i] = std::nearbyint(values[i] * inverse);
      Put(group_, at + i, static_cast<std::int8_t>(quants[i]));
    }
    return greatest / 127.0f;
  }

  void StoreProduct(int r) {
    const int group = shape_.group, width = shape_.width;
    float* a = a_ + r * group;
    float* b = b_ + r * width;
    const float of_a = StoreInt8(a, group, shape_.a_at() + r * group, a);
    const float of_b = StoreInt8(b, width, shape_.b_at() + r * width, b);
    const float factor = of_a * of_b;
    Put(group_, shape_.factors_at() + 4 * r, factor);
    for (int j = 0; j < group; ++j) AddTimes(-factor * a[j], b, width, rest_ + j * width);
  }

  const Q4Shape& shape_;
  std::byte* group_;
  float rest_[kMaxValues];      // [group, width]
  float distance_[kMaxValues];  // to the mean
  std::uint16_t order_[kMaxValues];
  int indices_[kMaxQ4Outliers];
  float outliers_[kMaxQ4Outliers];
  float a_[kMaxQ4Rank * kMaxQ4Group];
  float b_[kMaxQ4Rank * kMaxQ4Width];
};

}  // namespace

void QuantizeQ4Group(const Q4Shape& shape, View<const float> rows, std::byte* group) {
  CHECK(shape.outliers <= std::min(kMaxQ4Outliers, shape.group * shape.width));
  Q4Quantizer(shape, rows, group).Quantize();
}

}  // namespace edgevlm
