#include "base/file_kind.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace edgevlm {
namespace {

using namespace std::string_view_literals;

std::string Kind(std::string_view bytes) { return DescribeFile(std::as_bytes(std::span(bytes))); }

// The kind without the hint.
std::string Name(std::string_view bytes) {
  const std::string kind = Kind(bytes);
  return kind.substr(0, kind.find(" ("));
}

std::string Brand(std::string_view brand, std::string_view compatible = {}) {
  const std::string size(1, static_cast<char>(16 + compatible.size()));
  return std::string("\0\0\0", 3) + size + "ftyp" + std::string(brand) + std::string(4, '\0') +
         std::string(compatible) + "....";
}

TEST(DescribeFile, NamesImagesThatAreNotRead) {
  EXPECT_EQ(Name("GIF89a\x01"), "a GIF image");
  EXPECT_EQ(Name("BM\x36\x10\0\0\0\0\0\0\x36"sv), "a BMP image");
  EXPECT_EQ(Name("II*\0\x08\0\0\0"sv), "a TIFF image");
  EXPECT_EQ(Name("MM\0*\0\0\0\x08"sv), "a TIFF image");
  EXPECT_EQ(Kind("\0\0\1\0\1\0\x20\x20"sv), "an icon (ICO)");
  EXPECT_EQ(Name("\0\0\0\x0CjP  \r\n\x87\n\0\0"sv), "a JPEG 2000 image");
  EXPECT_EQ(Name("\xFF\x4F\xFF\x51\0\x29"sv), "a JPEG 2000 image");
  EXPECT_EQ(Name("\0\0\0\x0CJXL \r\n\x87\n\0\0"sv), "a JPEG XL image");
  EXPECT_EQ(Name("\xFF\x0A\x10"), "a JPEG XL image");
  EXPECT_EQ(Kind("8BPS\0\1"sv), "a Photoshop image (PSD)");
  EXPECT_EQ(Name("P4\n8 1\n"), "a PBM image");
  EXPECT_EQ(Name("%PDF-1.7"), "a PDF document");
}

TEST(DescribeFile, TellsBrandsApart) {
  for (const char* brand : {"heic", "heix", "heim", "hevc", "hevx", "mif1", "msf1"}) {
    EXPECT_EQ(Name(Brand(brand)), "a HEIC or HEIF image") << brand;
  }
  for (const char* brand : {"avif", "avis"}) EXPECT_EQ(Name(Brand(brand)), "an AVIF image");
  EXPECT_EQ(Name(Brand("mif1", "mif1avif")), "an AVIF image");
  EXPECT_EQ(Name(Brand("mif1", "mif1heic")), "a HEIC or HEIF image");
  for (const char* brand : {"isom", "mp42", "M4V "}) EXPECT_EQ(Name(Brand(brand)), "an MP4 video");
  EXPECT_EQ(Name(Brand("qt  ")), "a QuickTime video");
  EXPECT_EQ(Name("\0\0\0\x08wide\0\0"sv), "a QuickTime video");
}

TEST(DescribeFile, NamesModelsAndArchives) {
  EXPECT_EQ(Name("GGUF\3\0\0\0"sv), "a GGUF model");
  EXPECT_EQ(Name("tjgg\3\0\0\0"sv), "a GGML model of before GGUF");
  const std::string zip = "PK\3\4" + std::string(26, '\0');
  EXPECT_EQ(Name(zip + "archive/data.pkl"), "a PyTorch model");
  EXPECT_EQ(Name(zip + "photos/1.jpg"), "a ZIP archive");
  EXPECT_EQ(Name("\x80\2\x8a\x0a"sv), "a PyTorch model");
  EXPECT_EQ(Name("\x40\0\0\0\0\0\0\0{\"__metadata__\""sv), "a safetensors model");
  EXPECT_EQ(Name("\x1F\x8B\x08\0"sv), "a gzip archive");
  EXPECT_EQ(Name(std::string(257, 'a') + "ustar"), "a tar archive");
  EXPECT_EQ(Name(std::string(5000, '\0')), "nothing but zeros");
  EXPECT_EQ(Kind(""), "an empty file");
}

TEST(DescribeFile, KnowsALfsPointer) {
  EXPECT_EQ(Kind("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n"),
            "a Git LFS pointer (`git lfs pull` fetches the file itself)");
}

TEST(DescribeFile, FindsTheFirstElementOfMarkup) {
  for (const char* html :
       {"<!DOCTYPE html>\n<html>", "<HTML><head>", "\xEF\xBB\xBF\n <!doctype HTML>", "<head>",
        "<!-- saved -->\n<html lang=\"en\">",
        "<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"x\">"}) {
    EXPECT_EQ(Name(html), "a web page") << html;
  }
  for (const char* svg :
       {"<svg xmlns=\"x\">", "\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<!-- > <html> -->\n<svg>",
        "<!DOCTYPE svg PUBLIC \"a\" \"b\"><svg>",
        "<!DOCTYPE svg [ <!ENTITY a \"b\"> ]>\n<svg width=\"1\">"}) {
    EXPECT_EQ(Name(svg), "an SVG drawing") << svg;
  }
  EXPECT_EQ(Name("<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code>"), "an XML document");
  EXPECT_EQ(Name("<Error>"), "an XML document");
  EXPECT_EQ(Kind("< 3"), "text that begins '< 3'");
}

TEST(DescribeFile, KnowsJsonAndUris) {
  EXPECT_EQ(Name("{\"error\": \"Not found\"}"), "JSON");
  EXPECT_EQ(Name(" [\n {\"a\": 1}]"), "JSON");
  EXPECT_EQ(Name("{}\n"), "JSON");
  EXPECT_EQ(Name("data:image/png;base64,iVBORw0KGgo"), "a data URI");
}

TEST(DescribeFile, LooksIntoBase64) {
  EXPECT_EQ(Name("iVBORw0KGgoAAAANSUhEUgAAAAE="), "base64 text of a PNG image");
  EXPECT_EQ(Name("/9j/4AAQSkZJRgABAQAAAQAB"), "base64 text of a JPEG image");
  EXPECT_EQ(Name("R0lG\nODlh\nAQAB\nAIAA\nAAAA"), "base64 text of a GIF image");
  EXPECT_EQ(Name("_9j_4AAQSkZJRgABAQAAAQAB"), "base64 text of a JPEG image");
  EXPECT_EQ(Name("Abracadabra is a word of old"), "text that begins 'Abracadabra is a word of...'");
}

TEST(DescribeFile, QuotesWhatItDoesNotKnowInAscii) {
  EXPECT_EQ(Kind("This is a note.\nSecond line"), "text that begins 'This is a note.'");
  EXPECT_EQ(Kind("\xC3\xA9t\xC3\xA9\n"),
            "text that begins '"
            "??"
            "t"
            "??"
            "'");
  EXPECT_EQ(Kind("P"), "text that begins 'P'");
  EXPECT_EQ(Kind("\1\2\3\xFE\4"), "unknown bytes that begin 01 02 03 fe");
  EXPECT_EQ(Kind(" \n"), "nothing but blanks");
}

// Any prefix of a known file is described without reading past it.
TEST(DescribeFile, TakesAnyLength) {
  const std::string files[] = {Brand("mif1", "mif1avif"),
                               "PK\3\4" + std::string(40, 'x'),
                               "<!DOCTYPE svg [ <!ENTITY a \"b\"> ]>\n<svg>",
                               "<?xml ?><!-- --><svg>",
                               "iVBORw0KGgoAAAANSUhEUg==",
                               std::string("\x40\0\0\0\0\0\0\0{\"a\"", 12)};
  for (const std::string& file : files) {
    for (std::size_t size = 0; size <= file.size(); ++size) {
      const std::string copy(file, 0, size);  // so that a sanitizer sees reads past the end
      EXPECT_FALSE(Kind(copy).empty());
    }
  }
}

}  // namespace
}  // namespace edgevlm
