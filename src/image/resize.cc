#include "image/resize.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/check.h"
#include "kernels/resample/resample.h"

namespace edgevlm {
namespace {

// Rows that a thread must have to be worth waking.
constexpr int kGrainRows = 16;

View<const std::uint8_t> PixelsOf(const Image& picture) {
  return {picture.pixels.data(), picture.height, picture.width * 3};
}

// Makes the picture `width` wide and leaves its height. [height, width * 3]
std::vector<std::uint8_t> ResizeWidth(const Image& picture, int width, Filter filter,
                                      ThreadPool& pool) {
  const std::size_t bytes =
      static_cast<std::size_t>(picture.height) * static_cast<std::size_t>(width) * 3;
  std::vector<std::uint8_t> narrow(bytes);
  const ResampleAxis axis = MakeResampleAxis(picture.width, width, filter);
  const View<const std::uint8_t> in = PixelsOf(picture);
  const View<std::uint8_t> out(narrow.data(), picture.height, width * 3);
  pool.ParallelFor(picture.height, kGrainRows, [&](int begin, int end, int) {
    ResampleRows(in.Rows(begin, end - begin), axis, out.Rows(begin, end - begin));
  });
  return narrow;
}

}  // namespace

void ResizeRows(const Image& picture, int width, int height, Filter filter, ThreadPool& pool,
                const TakeRow& take) {
  CHECK(picture.width >= 1 && picture.height >= 1 && width >= 1 && height >= 1);
  std::vector<std::uint8_t> narrow;
  View<const std::uint8_t> in = PixelsOf(picture);
  if (width != picture.width) {
    narrow = ResizeWidth(picture, width, filter, pool);
    in = View<const std::uint8_t>(narrow.data(), picture.height, width * 3);
  }
  const ResampleAxis axis = MakeResampleAxis(picture.height, height, filter);
  pool.ParallelFor(height, kGrainRows, [&](int begin, int end, int) {
    std::vector<std::uint8_t> row(static_cast<std::size_t>(width) * 3);
    for (int y = begin; y < end; ++y) {
      if (height == picture.height) {
        take(y, in.Row(y).data());
      } else {
        ResampleColumns(in, axis, y, View<std::uint8_t>(row.data(), 1, width * 3));
        take(y, row.data());
      }
    }
  });
}

Image Resize(const Image& picture, int width, int height, Filter filter, ThreadPool& pool) {
  Image resized(width, height);
  ResizeRows(picture, width, height, filter, pool, [&](int y, const std::uint8_t* row) {
    std::memcpy(resized.Row(y), row, static_cast<std::size_t>(width) * 3);
  });
  return resized;
}

}  // namespace edgevlm
