#include "image/preprocess.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/check.h"
#include "image/resize.h"

namespace edgevlm {
namespace {

// value * scale + shift, laid out for a whole row so that the loop over it is one plain loop.
class Normaliser {
 public:
  explicit Normaliser(const Preprocessing& preprocessing) {
    const std::size_t count = static_cast<std::size_t>(preprocessing.size) * 3;
    scale_.resize(count);
    shift_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const float std = preprocessing.std[i % 3];
      CHECK(std > 0.0f);
      scale_[i] = 1.0f / (255.0f * std);
      shift_[i] = -preprocessing.mean[i % 3] / std;
    }
  }

  // `count` values, the first of them red.
  void Run(const std::uint8_t* values, std::size_t count, float* out) const {
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = static_cast<float>(values[i]) * scale_[i] + shift_[i];
    }
  }

 private:
  std::vector<float> scale_;
  std::vector<float> shift_;
};

// The longer side's scale applied to `side`, rounded, at least 1.
int Scaled(int side, int longer, int size) {
  const std::int64_t scaled = (std::int64_t{2} * side * size + longer) / (std::int64_t{2} * longer);
  return std::max(1, static_cast<int>(scaled));
}

}  // namespace

Letterbox FitInto(int width, int height, int size) {
  CHECK(width >= 1 && height >= 1 && size >= 1);
  const int longer = std::max(width, height);
  Letterbox box;
  box.width = Scaled(width, longer, size);
  box.height = Scaled(height, longer, size);
  box.left = (size - box.width) / 2;
  box.top = (size - box.height) / 2;
  return box;
}

void Preprocess(const Image& picture, const Preprocessing& preprocessing, View<float> out,
                ThreadPool& pool) {
  const int size = preprocessing.size;
  const std::ptrdiff_t row_values = std::ptrdiff_t{3} * size;
  CHECK(out.rows == size * size && out.cols == 3 && out.stride == 3);
  const Letterbox box = FitInto(picture.width, picture.height, size);
  const Normaliser normaliser(preprocessing);

  const std::vector<std::uint8_t> grey(static_cast<std::size_t>(row_values), preprocessing.fill);
  std::vector<float> bar(grey.size());
  normaliser.Run(grey.data(), grey.size(), bar.data());
  for (int y = 0; y < size; ++y) {
    float* row = out.data + y * row_values;
    if (y < box.top || y >= box.top + box.height) {
      std::copy(bar.begin(), bar.end(), row);
      continue;
    }
    std::copy_n(bar.begin(), box.left * 3, row);
    const int right = box.left + box.width;
    std::copy_n(bar.begin(), (size - right) * 3, row + right * 3);
  }
  ResizeRows(picture, box.width, box.height, preprocessing.filter, pool,
             [&](int y, const std::uint8_t* values) {
               float* row = out.data + (box.top + y) * row_values + box.left * 3;
               normaliser.Run(values, static_cast<std::size_t>(box.width) * 3, row);
             });
}

void PreprocessAll(std::span<const Image> pictures, const Preprocessing& preprocessing,
                   View<float> out, ThreadPool& pool) {
  const int count = static_cast<int>(pictures.size());
  const int cells = preprocessing.size * preprocessing.size;
  CHECK(out.rows == count * cells);
  const auto one = [&](int i, ThreadPool& team) {
    Preprocess(pictures[static_cast<std::size_t>(i)], preprocessing, out.Rows(i * cells, cells),
               team);
  };
  if (count < pool.threads()) {  // too few to share out: all threads work on each
    for (int i = 0; i < count; ++i) one(i, pool);
    return;
  }
  pool.ParallelFor(count, 1, [&](int begin, int end, int) {
    ThreadPool alone(1);
    for (int i = begin; i < end; ++i) one(i, alone);
  });
}

}  // namespace edgevlm
