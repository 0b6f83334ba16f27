// PPM and PGM, text (P3, P2) and binary (P6, P5), up to 16 bits per value. Format: netpbm's
// ppm(5) and pgm(5). Values are scaled to 8 bits linearly, rounded.
#include <climits>

#include "image/formats.h"

namespace edgevlm {
namespace {

constexpr char kFormat[] = "ppm";

struct Header {
  bool text = false;
  int channels = 3;
  int width = 0;
  int height = 0;
  int max_value = 0;     // the maximum value
  std::size_t size = 0;  // bytes, including the single whitespace character at the end
};

bool IsBlank(std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Reads decimal numbers, each preceded by whitespace and comments.
class Numbers {
 public:
  Numbers(Bytes file, std::size_t position) : file_(file), position_(position) {}

  std::size_t position() const { return position_; }
  bool at_end() const { return position_ >= file_.size(); }

  // The next number; -1 if there is none, or it exceeds INT_MAX.
  int Next() {
    SkipBlanks();
    if (at_end() || !IsDigit()) return -1;
    std::int64_t value = 0;
    for (; !at_end() && IsDigit(); ++position_) {
      value = value * 10 + (Unsigned(file_)[position_] - '0');
      if (value > INT_MAX) return -1;
    }
    return static_cast<int>(value);
  }

 private:
  bool IsDigit() const {
    const std::uint8_t c = Unsigned(file_)[position_];
    return c >= '0' && c <= '9';
  }

  void SkipBlanks() {
    bool comment = false;
    for (; !at_end(); ++position_) {
      const std::uint8_t c = Unsigned(file_)[position_];
      if (c == '#') comment = true;
      if (c == '\n' || c == '\r') comment = false;
      if (!comment && !IsBlank(c)) return;
    }
  }

  Bytes file_;
  std::size_t position_;
};

Result<Header> ReadHeader(Bytes file) {
  if (file.size() < 3) return CutShort(kFormat, file);
  Header header;
  const std::uint8_t kind = Unsigned(file)[1];
  header.text = kind == '2' || kind == '3';
  header.channels = kind == '3' || kind == '6' ? 3 : 1;
  Numbers numbers(file, 2);
  header.width = numbers.Next();
  header.height = numbers.Next();
  header.max_value = numbers.Next();
  if (numbers.at_end()) return CutShort(kFormat, file);
  header.size = numbers.position() + 1;
  const bool sound = header.width > 0 && header.height > 0 && header.max_value > 0 &&
                     header.max_value <= 65535 && IsBlank(Unsigned(file)[numbers.position()]);
  if (!sound) return Malformed(kFormat, "a broken header");
  return header;
}

// The least number of bytes for the pixels of such an image.
std::int64_t LeastBytes(const Header& header) {
  const std::int64_t values = std::int64_t{header.width} * header.height * header.channels;
  if (header.text) return 2 * values - 1;  // a digit and a space each
  return header.max_value > 255 ? 2 * values : values;
}

// Reads values of any of the four forms; -1 if there is none or it is out of range.
class Values {
 public:
  Values(Bytes file, const Header& header)
      : header_(header), numbers_(file, header.size), next_(Unsigned(file) + header.size) {}

  int Next() {
    int value = 0;
    if (header_.text) {
      value = numbers_.Next();
    } else {
      value = *next_++;
      if (header_.max_value > 255) value = value * 256 + *next_++;
    }
    return value > header_.max_value ? -1 : value;
  }

 private:
  const Header& header_;
  Numbers numbers_;
  const std::uint8_t* next_;  // of the binary forms; LeastBytes has been checked
};

}  // namespace

Result<ImageInfo> ProbePpm(Bytes file) {
  const Result<Header> header = ReadHeader(file);
  if (!header) return header.error();
  return ImageInfo{kFormat, header->width, header->height, 1};
}

Result<Image> DecodePpm(const DecodeTask& task) {
  const Result<Header> header = ReadHeader(task.file);
  if (!header) return header.error();
  if (LeastBytes(*header) > static_cast<std::int64_t>(task.file.size() - header->size)) {
    return CutShort(kFormat, task.file);
  }
  Image image(header->width, header->height);
  Values values(task.file, *header);
  const std::size_t repeats = header->channels == 1 ? 3 : 1;
  for (std::size_t i = 0; i < image.pixels.size(); i += repeats) {
    const int value = values.Next();
    if (value < 0) return Malformed(kFormat, "a missing value or one over the maximum");
    const auto byte =
        static_cast<std::uint8_t>((value * 255 + header->max_value / 2) / header->max_value);
    for (std::size_t c = 0; c < repeats; ++c) image.pixels[i + c] = byte;
  }
  return image;
}

}  // namespace edgevlm
