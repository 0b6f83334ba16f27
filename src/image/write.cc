#include "image/write.h"

#include <png.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <new>

#include "base/check.h"
#include "image/libjpeg.h"

namespace edgevlm {
namespace {

bool Encodable(const Image& image, int max_side) {
  return 1 <= image.width && image.width <= max_side && 1 <= image.height &&
         image.height <= max_side;
}

// Encoding needs only memory and valid arguments, so an error of the library is a bug of ours.
[[noreturn]] void OnJpegError(j_common_ptr) {
  CHECK(false);
  std::abort();
}

}  // namespace

std::vector<std::byte> EncodePng(const Image& image) {
  CHECK(Encodable(image, INT32_MAX / 3));
  png_image header = {};  // the simplified API of libpng, which does not longjmp
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.width);
  header.height = static_cast<png_uint_32>(image.height);
  header.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(header);
  std::vector<std::byte> file(size);
  CHECK(png_image_write_to_memory(&header, file.data(), &size, 0, image.pixels.data(), 0,
                                  nullptr) != 0);
  file.resize(size);
  return file;
}

std::vector<std::byte> EncodeJpeg(const Image& image, int quality, JpegChroma chroma) {
  CHECK(Encodable(image, 65'500) && 1 <= quality && quality <= 100);
  jpeg_compress_struct state = {};
  jpeg_error_mgr errors;
  state.err = jpeg_std_error(&errors);
  errors.error_exit = OnJpegError;
  unsigned char* data = nullptr;
  unsigned long size = 0;
  jpeg_create_compress(&state);
  jpeg_mem_dest(&state, &data, &size);
  state.image_width = static_cast<JDIMENSION>(image.width);
  state.image_height = static_cast<JDIMENSION>(image.height);
  state.input_components = 3;
  state.in_color_space = JCS_RGB;
  jpeg_set_defaults(&state);
  jpeg_set_quality(&state, quality, TRUE);
  const int brightness_samples = chroma == JpegChroma::kHalf ? 2 : 1;  // per chroma sample
  state.comp_info[0].h_samp_factor = brightness_samples;
  state.comp_info[0].v_samp_factor = brightness_samples;
  jpeg_start_compress(&state, TRUE);
  for (int y = 0; y < image.height; ++y) {
    JSAMPROW rows[] = {const_cast<std::uint8_t*>(image.Row(y))};
    jpeg_write_scanlines(&state, rows, 1);
  }
  jpeg_finish_compress(&state);
  jpeg_destroy_compress(&state);
  std::vector<std::byte> file(size);
  std::memcpy(file.data(), data, size);
  std::free(data);
  return file;
}

MaybeError WritePng(const std::string& path, const Image& image) {
  const std::vector<std::byte> bytes = EncodePng(image);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) {
    return Error{ErrorCode::kIo, "png: file '" + path + "': expected to write " +
                                     std::to_string(bytes.size()) + " bytes, found an error"};
  }
  return std::nullopt;
}

}  // namespace edgevlm
