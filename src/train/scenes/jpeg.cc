#include "train/scenes/jpeg.h"

#include <cstdio>  // jpeglib.h needs FILE and size_t
#include <cstdlib>
#include <memory>

#include "base/check.h"
#include "jpeglib.h"

namespace edgevlm::train {
namespace {

struct Free {
  void operator()(unsigned char* bytes) const { std::free(bytes); }
};

struct Compressed {
  std::unique_ptr<unsigned char, Free> bytes;
  unsigned long size = 0;
};

// We decompress only what we have compressed ourselves: an error is our own mistake.
[[noreturn]] void OnError(j_common_ptr) {
  CHECK(false);
  std::abort();
}

void OnWarning(j_common_ptr, int level) { CHECK(level >= 0); }

jpeg_error_mgr* SetUp(jpeg_error_mgr& errors) {
  jpeg_std_error(&errors);
  errors.error_exit = OnError;
  errors.emit_message = OnWarning;
  return &errors;
}

Compressed Compress(int quality, bool subsampled, Image& image) {
  jpeg_compress_struct state;
  jpeg_error_mgr errors;
  state.err = SetUp(errors);
  jpeg_create_compress(&state);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&state, &bytes, &size);
  state.image_width = static_cast<JDIMENSION>(image.width);
  state.image_height = static_cast<JDIMENSION>(image.height);
  state.input_components = 3;
  state.in_color_space = JCS_RGB;
  jpeg_set_defaults(&state);
  jpeg_set_quality(&state, quality, TRUE);
  state.comp_info[0].h_samp_factor = subsampled ? 2 : 1;
  state.comp_info[0].v_samp_factor = subsampled ? 2 : 1;
  jpeg_start_compress(&state, TRUE);
  for (int y = 0; y < image.height; ++y) {
    JSAMPROW row = image.Row(y);
    jpeg_write_scanlines(&state, &row, 1);
  }
  jpeg_finish_compress(&state);
  jpeg_destroy_compress(&state);
  return {std::unique_ptr<unsigned char, Free>(bytes), size};
}

void Decompress(const Compressed& compressed, Image& image) {
  jpeg_decompress_struct state;
  jpeg_error_mgr errors;
  state.err = SetUp(errors);
  jpeg_create_decompress(&state);
  jpeg_mem_src(&state, compressed.bytes.get(), compressed.size);
  jpeg_read_header(&state, TRUE);
  state.out_color_space = JCS_RGB;
  jpeg_start_decompress(&state);
  while (state.output_scanline < state.output_height) {
    JSAMPROW row = image.Row(static_cast<int>(state.output_scanline));
    jpeg_read_scanlines(&state, &row, 1);
  }
  jpeg_finish_decompress(&state);
  jpeg_destroy_decompress(&state);
}

}  // namespace

void ThroughJpeg(int quality, bool subsampled, Image& image) {
  CHECK(image.width >= 1 && image.width <= 65500 && image.height >= 1 && image.height <= 65500);
  Decompress(Compress(quality, subsampled, image), image);
}

}  // namespace edgevlm::train
