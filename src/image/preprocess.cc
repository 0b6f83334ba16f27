#include "image/preprocess.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/check.h"
#include "image/resize.h"

namespace edgevlm {
namespace {

// value * scale + shift, with the constants repeated for a whole row so that the loop vectorizes.
class Normalizer {
 public:
  // width: of the rows, in pixels
  Normalizer(const Preprocessing& preprocessing, int width) {
    const std::size_t count = static_cast<std::size_t>(width) * 3;
    scale_.resize(count);
    shift_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const float std = preprocessing.std[i % 3];
      CHECK(std > 0.0f);
      scale_[i] = 1.0f / (255.0f * std);
      shift_[i] = -preprocessing.mean[i % 3] / std;
    }
  }

  // Converts `count` values, the first of which is red.
  void Normalize(const std::uint8_t* values, std::size_t count, float* out) const {
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = static_cast<float>(values[i]) * scale_[i] + shift_[i];
    }
  }

 private:
  std::vector<float> scale_;
  std::vector<float> shift_;
};

// `side` scaled by size / longer, rounded, at least 1.
int Scaled(int side, int longer, int size) {
  const std::int64_t scaled = (std::int64_t{2} * side * size + longer) / (std::int64_t{2} * longer);
  return std::max(1, static_cast<int>(scaled));
}

}  // namespace

int Preprocessing::DetailFor(int width, int height) const {
  if (fit != Fit::kStretch || detail() > size) return detail();
  const std::int64_t longer = std::max(width, height), shorter = std::min(width, height);
  return static_cast<int>(std::min((size * longer + shorter - 1) / shorter, longer));
}

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

namespace {

void WriteBars(const Letterbox& box, const Preprocessing& preprocessing,
               const Normalizer& normalizer, View<float> out) {
  const int size = preprocessing.size;
  std::vector<std::uint8_t> values(static_cast<std::size_t>(size) * 3);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = preprocessing.fill[i % 3];
  std::vector<float> bar(values.size());
  normalizer.Normalize(values.data(), values.size(), bar.data());
  for (int y = 0; y < size; ++y) {
    float* row = out.data + y * std::ptrdiff_t{3} * size;
    if (y < box.top || y >= box.top + box.height) {
      std::copy(bar.begin(), bar.end(), row);
      continue;
    }
    std::copy_n(bar.begin(), box.left * 3, row);
    const int right = box.left + box.width;
    std::copy_n(bar.begin(), (size - right) * 3, row + right * 3);
  }
}

}  // namespace

void Preprocess(const Image& image, const Preprocessing& preprocessing, View<float> out,
                ThreadPool& pool) {
  const int size = preprocessing.size;
  CHECK(out.rows == size * size && out.cols == 3 && out.stride == 3);
  const Normalizer normalizer(preprocessing, size);
  Letterbox box = {.width = size, .height = size};
  const RowCallback on_row = [&](int y, const std::uint8_t* values) {
    float* row = out.data + ((box.top + y) * std::ptrdiff_t{size} + box.left) * 3;
    normalizer.Normalize(values, static_cast<std::size_t>(box.width) * 3, row);
  };
  switch (preprocessing.fit) {
    case Fit::kLetterbox:
      box = FitInto(image.width, image.height, size);
      WriteBars(box, preprocessing, normalizer, out);
      return ResizeRows(image, box.width, box.height, preprocessing.filter, pool, on_row);
    case Fit::kPad:
      return ResizePaddedRows(image, preprocessing.fill, size, preprocessing.filter, pool, on_row);
    case Fit::kStretch:
      return ResizeRows(image, size, size, preprocessing.filter, pool, on_row);
  }
}

void PreprocessStretched(const Image& image, ImageSize size, const Preprocessing& preprocessing,
                         View<float> out, ThreadPool& pool) {
  CHECK(out.rows == size.width * size.height && out.cols == 3 && out.stride == 3);
  const Normalizer normalizer(preprocessing, size.width);
  const std::size_t values = static_cast<std::size_t>(size.width) * 3;
  ResizeRows(image, size.width, size.height, preprocessing.filter, pool,
             [&](int y, const std::uint8_t* row) {
               normalizer.Normalize(row, values, out.Row(y * size.width).data());
             });
}

void NormalizeTile(const Image& image, int left, int top, const Preprocessing& preprocessing,
                   View<float> out) {
  const int size = preprocessing.size;
  CHECK(out.rows == size * size && out.cols == 3 && out.stride == 3);
  CHECK(left >= 0 && top >= 0 && image.width - left >= size && image.height - top >= size);
  const Normalizer normalizer(preprocessing, size);
  for (int y = 0; y < size; ++y) {
    normalizer.Normalize(image.Row(top + y) + left * 3, static_cast<std::size_t>(size) * 3,
                         out.data + y * std::ptrdiff_t{3} * size);
  }
}

}  // namespace edgevlm
