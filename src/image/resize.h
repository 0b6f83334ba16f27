// Resizing of images, antialiased, as Pillow's Image.resize does it (within one gray level).
#pragma once

#include <functional>

#include "base/thread_pool.h"
#include "image/image.h"
#include "kernels/resample/axis.h"

namespace edgevlm {

// Stretches the whole image to width x height; the caller keeps the proportions, if it wants to.
// Cost: 0.3 ms for 300 x 300 -> 160 x 160 on one thread; memory: height_in * width * 3 bytes.
// REQUIRES: image not empty, width >= 1, height >= 1. Threads: see ThreadPool::ParallelFor.
Image Resize(const Image& image, int width, int height, Filter filter, ThreadPool& pool);

// Resize without an image at the end: every row of the result, [width * 3] bytes, is shown once
// to `take`, from any thread of the pool, in no order.
using TakeRow = std::function<void(int y, const std::uint8_t* row)>;
void ResizeRows(const Image& image, int width, int height, Filter filter, ThreadPool& pool,
                const TakeRow& take);

// ResizeRows of the image in the middle of a square of one color whose side is the image's
// longer one, to size x size. An odd pixel left over lies to the right or at the bottom. The bytes
// are those of painting that square first; it is not painted, so a long thin image costs no more
// memory than twice its own.
void ResizeRowsOfSquare(const Image& image, const Color& around, int size, Filter filter,
                        ThreadPool& pool, const TakeRow& take);

}  // namespace edgevlm
