// JPEG files of many kinds, for the tests of this folder.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

#include "image/libjpeg.h"
#include "image/testing/images.h"

namespace edgevlm::test {

struct JpegKind {
  int components = 3;
  J_COLOR_SPACE in = JCS_RGB;
  J_COLOR_SPACE stored = JCS_YCbCr;
  bool progressive = false;
  bool separate = false;  // one scan per component (of three)
  int across = 2;         // sampling factors of the first component
  int down = 2;
  bool optimized = false;  // Huffman tables optimized for this image
  int quality = 95;
  unsigned restart_rows = 0;
  std::vector<std::byte> exif = {};
  bool adobe = true;  // for CMYK only
};

// values: [height, width, components].
inline std::vector<std::byte> Encoded(int width, int height,
                                      const std::vector<std::uint8_t>& values,
                                      const JpegKind& kind) {
  jpeg_compress_struct state = {};
  jpeg_error_mgr errors;
  state.err = jpeg_std_error(&errors);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  jpeg_create_compress(&state);
  jpeg_mem_dest(&state, &data, &size);
  state.image_width = static_cast<JDIMENSION>(width);
  state.image_height = static_cast<JDIMENSION>(height);
  state.input_components = kind.components;
  state.in_color_space = kind.in;
  jpeg_set_defaults(&state);
  jpeg_set_colorspace(&state, kind.stored);
  jpeg_set_quality(&state, kind.quality, TRUE);
  if (kind.stored == JCS_YCbCr) {
    state.comp_info[0].h_samp_factor = kind.across;
    state.comp_info[0].v_samp_factor = kind.down;
  }
  state.optimize_coding = kind.optimized ? TRUE : FALSE;
  if (kind.progressive) jpeg_simple_progression(&state);
  static constexpr jpeg_scan_info kScans[] = {
      {1, {0}, 0, 63, 0, 0}, {1, {1}, 0, 63, 0, 0}, {1, {2}, 0, 63, 0, 0}};
  if (kind.separate) {
    state.scan_info = kScans;
    state.num_scans = 3;
  }
  state.restart_in_rows = static_cast<int>(kind.restart_rows);
  if (kind.components == 4 && !kind.adobe) state.write_Adobe_marker = FALSE;
  jpeg_start_compress(&state, TRUE);
  if (!kind.exif.empty()) {
    auto marker = BytesOf(std::string_view("Exif\0\0", 6));
    marker.insert(marker.end(), kind.exif.begin(), kind.exif.end());
    jpeg_write_marker(&state, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(marker.data()),
                      static_cast<unsigned>(marker.size()));
  }
  for (int y = 0; y < height; ++y) {
    JSAMPROW row = const_cast<std::uint8_t*>(values.data()) + y * width * kind.components;
    jpeg_write_scanlines(&state, &row, 1);
  }
  jpeg_finish_compress(&state);
  jpeg_destroy_compress(&state);
  const auto bytes = std::as_bytes(std::span(data, size));
  std::vector<std::byte> file(bytes.begin(), bytes.end());
  std::free(data);
  return file;
}

}  // namespace edgevlm::test
