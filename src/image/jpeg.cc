// JPEG decoding with libjpeg-turbo. The common case, a photograph much larger than needed, is
// decoded by jpeg_means.h.
//
// libjpeg reports errors through a callback that must not return, so it leaves by longjmp. The
// functions with setjmp are the small ones marked "sealed": neither they nor their callees have
// destructors, so nothing is skipped.
#include <algorithm>
#include <csetjmp>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "image/formats.h"
#include "image/jpeg_means.h"
#include "image/jpeg_scans.h"
#include "image/libjpeg.h"
#include "image/orient.h"

namespace edgevlm {
namespace {

constexpr char kFormat[] = "jpeg";
constexpr int kExifMarker = JPEG_APP0 + 1;
constexpr int kTooManyScans = -1;  // libjpeg's own codes are positive

struct Codec {
  jpeg_decompress_struct state;
  jpeg_error_mgr errors;
  jpeg_progress_mgr progress;
  std::jmp_buf failed;
  int scan_limit;
  bool may_end;  // the header was read: from here on only the end marker may be missing
  bool has_ended;
  int failure;  // code of the message that stopped decoding
  char text[JMSG_LENGTH_MAX];
};

[[noreturn]] void Fail(j_common_ptr state, int code) {
  auto* codec = static_cast<Codec*>(state->client_data);
  codec->failure = code;
  std::longjmp(codec->failed, 1);
}

[[noreturn]] void OnError(j_common_ptr state) {
  auto* codec = static_cast<Codec*>(state->client_data);
  codec->errors.format_message(state, codec->text);
  Fail(state, codec->errors.msg_code);
}

// After these libjpeg would continue with gray or garbage instead of the missing part.
bool LosesPixels(int warning) {
  return warning == JWRN_JPEG_EOF || warning == JWRN_HIT_MARKER || warning == JWRN_HUFF_BAD_CODE ||
         warning == JWRN_MUST_RESYNC;
}

// libjpeg sees end markers after the end of the file. If pixels are missing too, it warns again
// when it needs their bits (JWRN_HIT_MARKER), or scans are missing (AllScansBegan).
void OnMessage(j_common_ptr state, int level) {
  if (level >= 0) return;
  auto* codec = static_cast<Codec*>(state->client_data);
  const int warning = state->err->msg_code;
  codec->has_ended = codec->has_ended || warning == JWRN_JPEG_EOF;
  if (warning == JWRN_JPEG_EOF && codec->may_end) return;
  if (LosesPixels(warning)) OnError(state);
}

void OnOutput(j_common_ptr) {}  // libjpeg would print

// Called between the rows of every scan. Each scan costs a pass over the whole image, and a small
// file can have thousands.
void OnProgress(j_common_ptr state) {
  const auto* codec = static_cast<Codec*>(state->client_data);
  if (codec->state.input_scan_number > codec->scan_limit) Fail(state, kTooManyScans);
}

// Sealed. Creates the codec, reads up to the first scan; false leaves `failure` and `text`.
bool ReadHeader(Codec* codec, const std::uint8_t* data, std::size_t size) {
  codec->state.err = jpeg_std_error(&codec->errors);
  codec->errors.error_exit = OnError;
  codec->errors.emit_message = OnMessage;
  codec->errors.output_message = OnOutput;
  codec->state.client_data = codec;
  if (setjmp(codec->failed) != 0) return false;
  jpeg_create_decompress(&codec->state);
  codec->progress.progress_monitor = OnProgress;
  codec->state.progress = &codec->progress;
  jpeg_mem_src(&codec->state, data, static_cast<unsigned long>(size));
  jpeg_save_markers(&codec->state, kExifMarker, 0xFFFF);
  jpeg_read_header(&codec->state, TRUE);
  return true;
}

// Sealed. Chooses colors and size of the output.
bool Settle(Codec* codec, int eighths) {
  if (setjmp(codec->failed) != 0) return false;
  const J_COLOR_SPACE stored = codec->state.jpeg_color_space;
  const bool four_inks = stored == JCS_CMYK || stored == JCS_YCCK;
  codec->state.out_color_space = four_inks ? JCS_CMYK : JCS_RGB;
  codec->state.scale_num = static_cast<unsigned>(eighths);
  codec->state.scale_denom = 8;
  // It only affects images with missing scans, and these are rejected.
  codec->state.do_block_smoothing = FALSE;
  jpeg_calc_output_dimensions(&codec->state);
  return true;
}

// Sealed. Starts decompression; reads all scans of a progressive image.
bool StartDecompress(Codec* codec) {
  if (setjmp(codec->failed) != 0) return false;
  jpeg_start_decompress(&codec->state);
  return true;
}

// Sealed. Reads one row of output_width * output_components values.
bool ReadRow(Codec* codec, std::uint8_t* row) {
  if (setjmp(codec->failed) != 0) return false;
  JSAMPROW rows[] = {row};
  jpeg_read_scanlines(&codec->state, rows, 1);
  return true;
}

// Sealed. Reads up to the end marker or the end of the file.
bool FinishDecompress(Codec* codec) {
  if (setjmp(codec->failed) != 0) return false;
  jpeg_finish_decompress(&codec->state);
  return true;
}

class Reader {
 public:
  explicit Reader(int scan_limit = 1) { codec_.scan_limit = scan_limit; }
  ~Reader() { jpeg_destroy_decompress(&codec_.state); }  // does nothing if none was created
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Codec* codec() { return &codec_; }
  const jpeg_decompress_struct& state() const { return codec_.state; }

  Error Failure(Bytes file) const {
    if (codec_.has_ended) return CutShort(kFormat, file);
    switch (codec_.failure) {
      case kTooManyScans:
        return {ErrorCode::kTooLarge, "jpeg: scans: expected at most " +
                                          std::to_string(codec_.scan_limit) + ", found " +
                                          std::to_string(codec_.state.input_scan_number)};
      case JERR_INPUT_EOF:
        return CutShort(kFormat, file);
      case JERR_BAD_PRECISION:
      case JERR_SOF_UNSUPPORTED:
      case JERR_CONVERSION_NOTIMPL:
      case JERR_CCIR601_NOTIMPL:
        return {ErrorCode::kUnsupported,
                std::string("jpeg: header: expected a usual kind of JPEG, found '") + codec_.text +
                    "'"};
      default:
        return Malformed(kFormat, std::string("'") + codec_.text + "'");
    }
  }

 private:
  Codec codec_ = {};
};

int OrientationOf(const jpeg_decompress_struct& state) {
  static constexpr char kPrefix[] = {'E', 'x', 'i', 'f', 0, 0};
  for (const jpeg_marker_struct* marker = state.marker_list; marker != nullptr;
       marker = marker->next) {
    if (marker->marker == kExifMarker && marker->data_length >= sizeof(kPrefix) &&
        std::memcmp(marker->data, kPrefix, sizeof(kPrefix)) == 0) {
      return ExifOrientation(std::as_bytes(std::span(marker->data, marker->data_length)));
    }
  }
  return 1;
}

// The smallest number of eighths that leaves the longer side at least target_side.
int Eighths(int longer_side, int target_side) {
  if (target_side <= 0) return 8;
  for (int eighths = 1; eighths < 8; ++eighths) {
    if (std::int64_t{longer_side} * eighths >= std::int64_t{target_side} * 8) return eighths;
  }
  return 8;
}

// CMYK to RGB. Adobe stores inks inverted: 255 means no ink.
void MixInks(const std::uint8_t* inks, int count, bool inverted, std::uint8_t* rgb) {
  for (int i = 0; i < count; ++i, inks += 4, rgb += 3) {
    const int paper = inverted ? inks[3] : 255 - inks[3];
    for (int c = 0; c < 3; ++c) {
      const int light = inverted ? inks[c] : 255 - inks[c];
      rgb[c] = static_cast<std::uint8_t>((light * paper + 127) / 255);
    }
  }
}

// Whether there was a scan for every bit of every coefficient. Truncated scans were reported
// already.
bool AllScansBegan(const jpeg_decompress_struct& state) {
  const auto components = static_cast<std::size_t>(state.num_components);
  for (const jpeg_component_info& component : std::span(state.comp_info, components)) {
    if (component.quant_table == nullptr) return false;  // set when its first scan starts
  }
  if (!state.progressive_mode) return true;
  return std::ranges::all_of(std::span(state.coef_bits, components), [](const auto& missing_bits) {
    return std::ranges::all_of(missing_bits, [](int bits) { return bits == 0; });
  });
}

// Reads the header of `file` and configures the output.
MaybeError Prepare(const DecodeTask& task, Bytes file, Reader& reader) {
  if (!ReadHeader(reader.codec(), Unsigned(file), file.size())) return reader.Failure(task.file);
  const jpeg_decompress_struct& state = reader.state();
  if (auto error = CheckSameSize(task.info, state.image_width, state.image_height)) return error;
  if (state.arith_code) {
    return Error{ErrorCode::kUnsupported,
                 "jpeg: header: expected Huffman coding, found arithmetic coding"};
  }
  const int longer_side = std::max(task.info.width, task.info.height);
  if (!Settle(reader.codec(), Eighths(longer_side, task.target_side))) {
    return reader.Failure(task.file);
  }
  return std::nullopt;
}

// The components of which the configured output needs one value per block.
MeansOnly ComponentsOfMeans(const jpeg_decompress_struct& state) {
  MeansOnly means_only = {};
  for (const jpeg_component_info& component :
       std::span(state.comp_info, static_cast<std::size_t>(state.num_components))) {
    means_only[static_cast<std::size_t>(component.component_id) % means_only.size()] =
        component.DCT_scaled_size == 1;
  }
  return means_only;
}

Result<Image> ReadPixels(const DecodeTask& task, Reader& reader) {
  Codec* codec = reader.codec();
  codec->may_end = true;
  if (!StartDecompress(codec)) return reader.Failure(task.file);
  if (codec->has_ended && !AllScansBegan(reader.state())) return CutShort(kFormat, task.file);
  const jpeg_decompress_struct& state = reader.state();
  Image image(static_cast<int>(state.output_width), static_cast<int>(state.output_height));
  const bool four_inks = state.output_components == 4;
  std::vector<std::uint8_t> inks(four_inks ? std::size_t{state.output_width} * 4 : 0);
  for (int y = 0; y < image.height; ++y) {
    std::uint8_t* row = four_inks ? inks.data() : image.Row(y);
    if (!ReadRow(codec, row)) return reader.Failure(task.file);
    if (four_inks) MixInks(row, image.width, state.saw_Adobe_marker != FALSE, image.Row(y));
  }
  if (!FinishDecompress(codec)) return reader.Failure(task.file);
  return image;
}

}  // namespace

Result<ImageInfo> ProbeJpeg(Bytes file) {
  Reader reader;
  const bool read = ReadHeader(reader.codec(), Unsigned(file), file.size());
  const jpeg_decompress_struct& state = reader.state();
  // libjpeg rejects sides over 65,500, but only after it read them: the caller's limits give the
  // better message.
  if (!read && reader.codec()->failure != JERR_IMAGE_TOO_BIG) return reader.Failure(file);
  return ImageInfo{kFormat, static_cast<int>(state.image_width),
                   static_cast<int>(state.image_height), OrientationOf(state)};
}

Result<Image> DecodeJpeg(const DecodeTask& task) {
  Reader reader(task.limits.scans);
  if (auto error = Prepare(task, task.file, reader)) return *error;
  if (std::optional<Image> image = DecodeMeans(reader.state())) return *std::move(image);
  if (!reader.state().progressive_mode) return ReadPixels(task, reader);
  const std::vector<std::byte> lean =
      WithoutDetailScans(task.file, ComponentsOfMeans(reader.state()));
  if (lean.empty() || lean.size() == task.file.size()) return ReadPixels(task, reader);
  Reader lean_reader(task.limits.scans);
  if (auto error = Prepare(task, lean, lean_reader)) return *error;
  return ReadPixels(task, lean_reader);
}

}  // namespace edgevlm
