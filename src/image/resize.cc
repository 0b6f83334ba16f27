#include "image/resize.h"

#include <algorithm>
#include <cstring>
#include <optional>
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

// The sides that change; the others keep their length.
struct Axes {
  std::optional<ResampleAxis> columns;
  std::optional<ResampleAxis> rows;
};

// [height, columns.out * 3]
std::vector<std::uint8_t> ResizeWidth(View<const std::uint8_t> in, const ResampleAxis& columns,
                                      ThreadPool& pool) {
  const int width_values = columns.out * 3;
  std::vector<std::uint8_t> narrow(static_cast<std::size_t>(in.rows) *
                                   static_cast<std::size_t>(width_values));
  const View<std::uint8_t> out(narrow.data(), in.rows, width_values);
  pool.ParallelFor(in.rows, kGrainRows, [&](int begin, int end, int) {
    ResampleRows(in.Rows(begin, end - begin), columns, out.Rows(begin, end - begin));
  });
  return narrow;
}

void ResizeBy(const Axes& axes, View<const std::uint8_t> in, ThreadPool& pool,
              const TakeRow& take) {
  std::vector<std::uint8_t> narrow;
  if (axes.columns) {
    narrow = ResizeWidth(in, *axes.columns, pool);
    in = View<const std::uint8_t>(narrow.data(), in.rows, axes.columns->out * 3);
  }
  const int height = axes.rows ? axes.rows->out : in.rows;
  pool.ParallelFor(height, kGrainRows, [&](int begin, int end, int) {
    std::vector<std::uint8_t> row(static_cast<std::size_t>(in.cols));
    for (int y = begin; y < end; ++y) {
      if (!axes.rows) {
        take(y, in.Row(y).data());
      } else {
        ResampleColumns(in, *axes.rows, y, View<std::uint8_t>(row.data(), 1, in.cols));
        take(y, row.data());
      }
    }
  });
}

// One pixel of the colour on every side.
Image WithBorder(const Image& picture, const Color& color) {
  Image bordered(picture.width + 2, picture.height + 2);
  for (int y = 0; y < bordered.height; ++y) {
    std::uint8_t* row = bordered.Row(y);
    for (int x = 0; x < bordered.width; ++x) std::copy(color.begin(), color.end(), row + x * 3);
    if (y == 0 || y > picture.height) continue;
    std::memcpy(row + 3, picture.Row(y - 1), static_cast<std::size_t>(picture.width) * 3);
  }
  return bordered;
}

}  // namespace

void ResizeRows(const Image& picture, int width, int height, Filter filter, ThreadPool& pool,
                const TakeRow& take) {
  CHECK(picture.width >= 1 && picture.height >= 1 && width >= 1 && height >= 1);
  Axes axes;
  if (width != picture.width) axes.columns = MakeResampleAxis(picture.width, width, filter);
  if (height != picture.height) axes.rows = MakeResampleAxis(picture.height, height, filter);
  ResizeBy(axes, PixelsOf(picture), pool, take);
}

void ResizeRowsOfSquare(const Image& picture, const Color& around, int size, Filter filter,
                        ThreadPool& pool, const TakeRow& take) {
  CHECK(picture.width >= 1 && picture.height >= 1 && size >= 1);
  if (picture.width == picture.height) return ResizeRows(picture, size, size, filter, pool, take);
  const int side = std::max(picture.width, picture.height);
  const ResampleAxis axis = MakeResampleAxis(side, size, filter);
  const Axes axes = {.columns = CollapseEnds(axis, (side - picture.width) / 2, picture.width),
                     .rows = CollapseEnds(axis, (side - picture.height) / 2, picture.height)};
  const Image bordered = WithBorder(picture, around);
  ResizeBy(axes, PixelsOf(bordered), pool, take);
}

Image Resize(const Image& picture, int width, int height, Filter filter, ThreadPool& pool) {
  Image resized(width, height);
  ResizeRows(picture, width, height, filter, pool, [&](int y, const std::uint8_t* row) {
    std::memcpy(resized.Row(y), row, static_cast<std::size_t>(width) * 3);
  });
  return resized;
}

}  // namespace edgevlm
