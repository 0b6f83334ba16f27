#include "eval/datasets/parquet/column_reader.h"

#include <algorithm>
#include <bit>

#include "eval/datasets/parquet/decompress.h"
#include "eval/datasets/parquet/levels.h"

namespace edgevlm {
namespace {

Error BadPage(const std::string& what) { return Error{ErrorCode::kCorrupt, "page: " + what}; }

Error OtherEncoding(const std::string& what, ParquetEncoding encoding) {
  return Error{ErrorCode::kUnsupported,
               "encoding: expected " + what + ", found " + NameOf(encoding)};
}

}  // namespace

ParquetColumnReader::ParquetColumnReader(const ParquetLeaf& leaf, const ParquetChunk& chunk,
                                         const ParquetLimits& limits)
    : leaf_(leaf), chunk_(chunk), limits_(limits) {
  column_.is_list = leaf.is_list;
}

MaybeError ParquetColumnReader::ReadPages(std::span<const std::byte> pages) {
  if (chunk_.values < 0 || static_cast<std::uint64_t>(chunk_.values) > limits_.values) {
    return Error{ErrorCode::kTooLarge, "expected at most " + std::to_string(limits_.values) +
                                           " values in a row group, found " +
                                           std::to_string(chunk_.values)};
  }
  const auto count = static_cast<std::size_t>(chunk_.values);
  while (read_ < count) {
    const auto page = ReadParquetPage(pages);
    if (!page) return page.error();
    pages = pages.subspan(page->header_bytes);
    if (static_cast<std::uint64_t>(page->bytes) > pages.size()) {
      return BadPage("expected " + std::to_string(page->bytes) + " bytes, found " +
                     std::to_string(pages.size()));
    }
    if (static_cast<std::uint64_t>(page->unpacked_bytes) > limits_.page_bytes) {
      return Error{ErrorCode::kTooLarge, "page: expected at most " +
                                             std::to_string(limits_.page_bytes) + " bytes, found " +
                                             std::to_string(page->unpacked_bytes)};
    }
    const auto body = pages.first(static_cast<std::size_t>(page->bytes));
    pages = pages.subspan(body.size());
    if (auto error = ReadPage(*page, body)) return error;
  }
  return {};
}

MaybeError ParquetColumnReader::ReadPage(const ParquetPage& page, std::span<const std::byte> body) {
  const auto values = static_cast<std::uint64_t>(page.values);
  const auto left = static_cast<std::uint64_t>(chunk_.values) - read_;
  switch (page.kind) {
    case ParquetPageKind::kDictionary:
      return ReadDictionary(page, body);
    case ParquetPageKind::kData:
    case ParquetPageKind::kDataV2:
      if (values > left) {
        return BadPage("expected at most " + std::to_string(left) + " values, found " +
                       std::to_string(values));
      }
      return page.kind == ParquetPageKind::kData ? ReadData(page, body) : ReadDataV2(page, body);
    default:
      return {};  // an index, or what a later format adds
  }
}

MaybeError ParquetColumnReader::ReadDictionary(const ParquetPage& page,
                                               std::span<const std::byte> body) {
  if (page.encoding != ParquetEncoding::kPlain &&
      page.encoding != ParquetEncoding::kPlainDictionary) {
    return OtherEncoding("PLAIN in a dictionary", page.encoding);
  }
  if (has_dictionary_) return BadPage("expected one dictionary, found two");
  has_dictionary_ = true;
  if (static_cast<std::uint64_t>(page.values) > limits_.values) {
    return Error{ErrorCode::kTooLarge,
                 "dictionary: expected at most " + std::to_string(limits_.values) + " values"};
  }
  const auto unpacked =
      DecompressPage(chunk_.codec, body, static_cast<std::size_t>(page.unpacked_bytes));
  if (!unpacked) return unpacked.error();
  ByteReader bytes(*unpacked);
  return ReadPlainValues(bytes, leaf_.type, static_cast<std::size_t>(page.values), dictionary_);
}

MaybeError ParquetColumnReader::DecodeLevels(ByteReader& bytes, int maximum, std::size_t count,
                                             std::vector<std::uint32_t>& levels) const {
  levels.clear();
  if (maximum == 0) return {};
  const auto width = static_cast<int>(std::bit_width(static_cast<unsigned>(maximum)));
  if (!ReadParquetLevels(bytes, width, count, levels)) {
    return BadPage("expected " + std::to_string(count) + " levels, found malformed ones");
  }
  const std::uint32_t largest = levels.empty() ? 0 : *std::ranges::max_element(levels);
  if (largest <= static_cast<std::uint32_t>(maximum)) return {};
  return BadPage("expected levels up to " + std::to_string(maximum) + ", found " +
                 std::to_string(largest));
}

// [repetition levels] [definition levels] values, all compressed; each kind of levels has its
// length in front.
MaybeError ParquetColumnReader::ReadData(const ParquetPage& page, std::span<const std::byte> body) {
  const auto unpacked =
      DecompressPage(chunk_.codec, body, static_cast<std::size_t>(page.unpacked_bytes));
  if (!unpacked) return unpacked.error();
  ByteReader bytes(*unpacked);
  const auto read = [&](int maximum, ParquetEncoding encoding,
                        std::vector<std::uint32_t>& levels) -> MaybeError {
    levels.clear();
    if (maximum == 0) return {};
    if (encoding != ParquetEncoding::kRle) return OtherEncoding("RLE for levels", encoding);
    ByteReader part(bytes.ReadBytes(bytes.Get<std::uint32_t>()));
    return DecodeLevels(part, maximum, static_cast<std::size_t>(page.values), levels);
  };
  if (auto error = read(leaf_.is_list ? 1 : 0, page.repetition_encoding, repetition_)) return error;
  if (auto error = read(leaf_.max_definition, page.definition_encoding, definition_)) return error;
  return ReadValues(page, std::span(*unpacked).subspan(bytes.position()));
}

// The same, where the levels are not compressed, and their lengths are in the header.
MaybeError ParquetColumnReader::ReadDataV2(const ParquetPage& page,
                                           std::span<const std::byte> body) {
  ByteReader bytes(body);
  ByteReader repetition(bytes.ReadBytes(static_cast<std::uint64_t>(page.repetition_bytes)));
  ByteReader definition(bytes.ReadBytes(static_cast<std::uint64_t>(page.definition_bytes)));
  const std::size_t before = bytes.position();
  if (!bytes.ok() || static_cast<std::uint64_t>(page.unpacked_bytes) < before) {
    return BadPage("expected levels inside it, found them to be longer");
  }
  const auto count = static_cast<std::size_t>(page.values);
  if (auto error = DecodeLevels(repetition, leaf_.is_list ? 1 : 0, count, repetition_)) {
    return error;
  }
  if (auto error = DecodeLevels(definition, leaf_.max_definition, count, definition_)) return error;
  const auto values =
      DecompressPage(page.is_compressed ? chunk_.codec : ParquetCodec::kNone, body.subspan(before),
                     static_cast<std::size_t>(page.unpacked_bytes) - before);
  if (!values) return values.error();
  return ReadValues(page, *values);
}

MaybeError ParquetColumnReader::ReadValues(const ParquetPage& page,
                                           std::span<const std::byte> body) {
  const auto count = static_cast<std::size_t>(page.values);
  const auto full = static_cast<std::uint32_t>(leaf_.max_definition);
  const auto present = leaf_.max_definition == 0
                           ? count
                           : static_cast<std::size_t>(std::ranges::count(definition_, full));
  ByteReader bytes(body);
  std::vector<ParquetValue> values;
  MaybeError error;
  switch (page.encoding) {
    case ParquetEncoding::kPlain:
      error = ReadPlainValues(bytes, leaf_.type, present, values);
      break;
    case ParquetEncoding::kPlainDictionary:
    case ParquetEncoding::kRleDictionary:
      error = ReadIndices(bytes, present, values);
      break;
    case ParquetEncoding::kRle: {
      if (leaf_.type != ParquetType::kBoolean) {
        return OtherEncoding("RLE for BOOLEAN", page.encoding);
      }
      bytes.Get<std::uint32_t>();  // its length, which is what remains
      std::vector<std::uint32_t> bits;
      if (!ReadParquetLevels(bytes, 1, present, bits)) return BadPage("expected booleans in RLE");
      for (const std::uint32_t bit : bits) values.emplace_back(bit != 0);
      break;
    }
    default:
      return OtherEncoding("PLAIN or a dictionary", page.encoding);
  }
  if (error) return error;
  return Assemble(count, values);
}

MaybeError ParquetColumnReader::ReadIndices(ByteReader& bytes, std::size_t count,
                                            std::vector<ParquetValue>& values) {
  if (!has_dictionary_) return BadPage("expected a dictionary before it, found none");
  if (count == 0) return {};
  const int width = bytes.Get<std::uint8_t>();
  std::vector<std::uint32_t> indices;
  if (width > 32 || !ReadParquetLevels(bytes, width, count, indices)) {
    return BadPage("expected " + std::to_string(count) + " indices, found malformed ones");
  }
  std::size_t total = bytes_;
  for (const std::uint32_t index : indices) {
    if (index >= dictionary_.size()) {
      return BadPage("expected an index below " + std::to_string(dictionary_.size()) + ", found " +
                     std::to_string(index));
    }
    // Here already: few indices may name a long text many times.
    total += SizeOf(dictionary_[index]);
    if (total > limits_.column_bytes) break;
    values.push_back(dictionary_[index]);
  }
  if (total <= limits_.column_bytes) return {};
  return Error{ErrorCode::kTooLarge, "expected at most " + std::to_string(limits_.column_bytes) +
                                         " bytes in a row group, found more"};
}

MaybeError ParquetColumnReader::Assemble(std::size_t count, std::vector<ParquetValue>& values) {
  const auto element = static_cast<std::uint32_t>(leaf_.element_definition);
  const auto full = static_cast<std::uint32_t>(leaf_.max_definition);
  std::size_t next = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t definition = full == 0 ? 0 : definition_[i];
    const bool is_there = definition == full;
    if (leaf_.is_list && repetition_[i] == 0) column_.ends.push_back(column_.values.size());
    if (leaf_.is_list && column_.ends.empty()) {
      return BadPage("expected the first value to begin a row");
    }
    if (!leaf_.is_list || definition >= element) {
      column_.values.push_back(is_there ? std::move(values[next++]) : ParquetValue());
      bytes_ += SizeOf(column_.values.back());
    }
    if (leaf_.is_list) column_.ends.back() = column_.values.size();
  }
  read_ += count;
  if (bytes_ <= limits_.column_bytes) return {};
  return Error{ErrorCode::kTooLarge, "expected at most " + std::to_string(limits_.column_bytes) +
                                         " bytes in a row group, found more"};
}

}  // namespace edgevlm
