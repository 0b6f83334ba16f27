// PNG through libpng.
//
// libpng reports errors by a callback that must not return, so they leave by longjmp. The functions
// with setjmp are the small ones marked "sealed": nothing in them or in what they call has a
// destructor, so nothing is skipped.
#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <optional>
#include <vector>

#include "image/formats.h"
#include "image/orient.h"
#include "image/png_cgbi.h"
#include "image/png_chunks.h"

namespace edgevlm {
namespace {

constexpr char kFormat[] = "png";

struct Codec {
  png_structp state = nullptr;
  png_infop info = nullptr;
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;
  std::size_t position = 0;
  bool is_cgbi = false;
  bool cut_short = false;
  char text[128] = {};
};

[[noreturn]] void OnError(png_structp state, png_const_charp message) {
  auto* codec = static_cast<Codec*>(png_get_error_ptr(state));
  std::snprintf(codec->text, sizeof(codec->text), "%s", message);
  png_longjmp(state, 1);
}

void OnWarning(png_structp, png_const_charp) {}

void OnRead(png_structp state, png_bytep out, png_size_t count) {
  auto* codec = static_cast<Codec*>(png_get_io_ptr(state));
  if (count > codec->size - codec->position) {
    codec->cut_short = true;
    png_error(state, "end of file");
  }
  std::memcpy(out, codec->data + codec->position, count);
  codec->position += count;
}

// Texts and color profiles are compressed and may inflate to gigabytes; they are not needed here.
void SkipUnusedChunks(png_structp state) {
  static constexpr png_byte kUnused[] =
      "bKGD\0cHRM\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0sRGB\0"
      "sTER\0tEXt\0tIME\0zTXt";
  png_set_keep_unknown_chunks(state, PNG_HANDLE_CHUNK_NEVER, nullptr, 0);
  png_set_keep_unknown_chunks(state, PNG_HANDLE_CHUNK_NEVER, kUnused, sizeof(kUnused) / 5);
}

// Sealed. Creates the codec and reads up to the pixels; asks for 8-bit RGB or RGBA.
bool Start(Codec* codec) {
  codec->state = png_create_read_struct(PNG_LIBPNG_VER_STRING, codec, OnError, OnWarning);
  if (codec->state == nullptr) return false;
  png_structp state = codec->state;
  if (setjmp(png_jmpbuf(state)) != 0) return false;
  codec->info = png_create_info_struct(state);
  if (codec->info == nullptr) return false;
  png_set_user_limits(state, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // the caller has checked the size
  SkipUnusedChunks(state);
  if (codec->is_cgbi) png_set_option(state, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
  png_set_read_fn(state, codec, OnRead);
  png_read_info(state, codec->info);
  png_set_expand(state);    // palette to RGB, fewer than 8 bits to 8, tRNS to opacity
  png_set_scale_16(state);  // rounds, where strip_16 cuts
  png_set_gray_to_rgb(state);
  if (codec->is_cgbi) png_set_bgr(state);
  png_set_interlace_handling(state);
  png_read_update_info(state, codec->info);
  return true;
}

bool HasAllRows(const Codec* codec) {
  constexpr int kPasses = 7;
  if (png_get_interlace_type(codec->state, codec->info) != PNG_INTERLACE_NONE) {
    return png_get_current_pass_number(codec->state) == kPasses;
  }
  return png_get_current_row_number(codec->state) ==
         png_get_image_height(codec->state, codec->info);
}

// Sealed. Reads one row of one pass. After the last row libpng reads on to the end of the IDAT
// chunk; if the file ends before that, the row is complete all the same.
bool ReadRow(Codec* codec, std::uint8_t* row) {
  if (setjmp(png_jmpbuf(codec->state)) != 0) return codec->cut_short && HasAllRows(codec);
  png_read_row(codec->state, row, nullptr);
  return true;
}

// Sealed. Reads up to the end chunk or the end of the file.
bool ReadEnd(Codec* codec) {
  if (codec->cut_short) return true;
  if (setjmp(png_jmpbuf(codec->state)) != 0) return codec->cut_short;
  png_read_end(codec->state, nullptr);
  return true;
}

class Reader {
 public:
  explicit Reader(Bytes file, bool is_cgbi) : file_(file) {
    codec_.data = Unsigned(file);
    codec_.size = file.size();
    codec_.is_cgbi = is_cgbi;
  }
  ~Reader() { png_destroy_read_struct(&codec_.state, &codec_.info, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Codec* codec() { return &codec_; }
  png_uint_32 width() const { return png_get_image_width(codec_.state, codec_.info); }
  png_uint_32 height() const { return png_get_image_height(codec_.state, codec_.info); }
  int channels() const { return png_get_channels(codec_.state, codec_.info); }
  bool interlaced() const {
    return png_get_interlace_type(codec_.state, codec_.info) != PNG_INTERLACE_NONE;
  }
  Error Failure() const {
    if (codec_.cut_short) return CutShort(kFormat, file_);
    return Malformed(kFormat, std::string("'") + codec_.text + "'");
  }

 private:
  Bytes file_;
  Codec codec_;
};

// The orientation in the first eXIf chunk, which may precede or follow the pixels.
int OrientationOf(Bytes file) {
  std::size_t at = kPngSignatureBytes;
  while (const auto chunk = PngChunkAt(file, at)) {
    if (chunk->name == "eXIf") return ExifOrientation(chunk->data);
    at += chunk->whole.size();
  }
  return 1;
}

void StoreRow(const std::uint8_t* values, int channels, bool is_premultiplied, Image& image,
              int y) {
  if (channels == 3) {
    std::memcpy(image.Row(y), values, static_cast<std::size_t>(image.width) * 3);
  } else if (is_premultiplied) {
    LayPremultipliedOverWhite(values, image.width, image.Row(y));
  } else {
    LayOverWhite(values, image.width, image.Row(y));
  }
}

// file: task.file, or the converted file that libpng reads instead.
Result<Image> ReadPixels(const DecodeTask& task, Bytes file, bool is_cgbi) {
  Reader reader(file, is_cgbi);
  if (!Start(reader.codec())) return reader.Failure();
  if (auto error = CheckSameSize(task.info, reader.width(), reader.height())) return *error;
  const int channels = reader.channels();
  if (channels != 3 && channels != 4) {
    return Malformed(kFormat, std::to_string(channels) + " channels");
  }
  Image image(task.info.width, task.info.height);
  // Each pass of an interlaced image adds pixels to all rows, so all rows are kept.
  const int passes = reader.interlaced() ? 7 : 1;
  const std::size_t row_bytes =
      static_cast<std::size_t>(image.width) * static_cast<std::size_t>(channels);
  const auto rows_kept = static_cast<std::size_t>(reader.interlaced() ? image.height : 1);
  std::vector<std::uint8_t> values(row_bytes * rows_kept);
  for (int pass = 0; pass < passes; ++pass) {
    for (int y = 0; y < image.height; ++y) {
      std::uint8_t* row = &values[rows_kept > 1 ? static_cast<std::size_t>(y) * row_bytes : 0];
      if (!ReadRow(reader.codec(), row)) return reader.Failure();
      if (pass == passes - 1) StoreRow(row, channels, is_cgbi, image, y);
    }
  }
  if (!ReadEnd(reader.codec())) return reader.Failure();
  return image;
}

}  // namespace

Result<ImageInfo> ProbePng(Bytes file) {
  std::optional<PngChunk> header = PngChunkAt(file, kPngSignatureBytes);
  if (header && header->name == "CgBI") {
    header = PngChunkAt(file, kPngSignatureBytes + header->whole.size());
  }
  if (!header) return CutShort(kFormat, file);
  if (header->name != "IHDR" || header->data.size() < 8) {
    return Malformed(kFormat, "no IHDR chunk");
  }
  const std::uint32_t width = PngNumber(header->data, 0);
  const std::uint32_t height = PngNumber(header->data, 4);
  if (width == 0 || height == 0 || width > PNG_UINT_31_MAX || height > PNG_UINT_31_MAX) {
    return Malformed(kFormat,
                     "width x height " + std::to_string(width) + " x " + std::to_string(height));
  }
  return ImageInfo{kFormat, static_cast<int>(width), static_cast<int>(height), OrientationOf(file)};
}

Result<Image> DecodePng(const DecodeTask& task) {
  if (!IsCgbi(task.file)) return ReadPixels(task, task.file, false);
  const Result<std::vector<std::byte>> framed = WithZlibFrame(task.file);
  if (!framed) return framed.error();
  return ReadPixels(task, *framed, true);
}

}  // namespace edgevlm
