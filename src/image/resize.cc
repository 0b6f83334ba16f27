#include "image/resize.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "base/check.h"
#include "kernels/resample/resample.h"

namespace edgevlm {
namespace {

// The least rows per chunk of ParallelFor, so that waking a thread pays off.
constexpr int kGrainRows = 16;

View<const std::uint8_t> PixelsOf(const Image& image) {
  return {image.pixels.data(), image.height, image.width * 3};
}

// The axes to be resampled; the others keep their size.
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
              const RowCallback& on_row) {
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
        on_row(y, in.Row(y).data());
      } else {
        ResampleColumns(in, *axes.rows, y, View<std::uint8_t>(row.data(), 1, in.cols));
        on_row(y, row.data());
      }
    }
  });
}

// The image with a border of one pixel of the color.
Image WithBorder(const Image& image, const Color& color) {
  Image bordered(image.width + 2, image.height + 2);
  for (int y = 0; y < bordered.height; ++y) {
    std::uint8_t* row = bordered.Row(y);
    for (int x = 0; x < bordered.width; ++x) std::copy(color.begin(), color.end(), row + x * 3);
    if (y == 0 || y > image.height) continue;
    std::memcpy(row + 3, image.Row(y - 1), static_cast<std::size_t>(image.width) * 3);
  }
  return bordered;
}

}  // namespace

void ResizeRows(const Image& image, int width, int height, Filter filter, ThreadPool& pool,
                const RowCallback& on_row) {
  CHECK(image.width >= 1 && image.height >= 1 && width >= 1 && height >= 1);
  Axes axes;
  if (width != image.width) axes.columns = MakeResampleAxis(image.width, width, filter);
  if (height != image.height) axes.rows = MakeResampleAxis(image.height, height, filter);
  ResizeBy(axes, PixelsOf(image), pool, on_row);
}

void ResizePaddedRows(const Image& image, const Color& around, int size, Filter filter,
                      ThreadPool& pool, const RowCallback& on_row) {
  CHECK(image.width >= 1 && image.height >= 1 && size >= 1);
  if (image.width == image.height) return ResizeRows(image, size, size, filter, pool, on_row);
  const int side = std::max(image.width, image.height);
  const ResampleAxis axis = MakeResampleAxis(side, size, filter);
  const Axes axes = {.columns = CollapseEnds(axis, (side - image.width) / 2, image.width),
                     .rows = CollapseEnds(axis, (side - image.height) / 2, image.height)};
  const Image bordered = WithBorder(image, around);
  ResizeBy(axes, PixelsOf(bordered), pool, on_row);
}

Image Resize(const Image& image, int width, int height, Filter filter, ThreadPool& pool) {
  Image resized(width, height);
  ResizeRows(image, width, height, filter, pool, [&](int y, const std::uint8_t* row) {
    std::memcpy(resized.Row(y), row, static_cast<std::size_t>(width) * 3);
  });
  return resized;
}

}  // namespace edgevlm
