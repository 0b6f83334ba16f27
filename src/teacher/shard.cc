#include "teacher/shard.h"

#include <array>
#include <bit>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "digest/sha256.h"

namespace edgevlm {
namespace {

using nlohmann::json;

// magic, version, length of the header, header (JSON); then each record with its length; then the
// SHA-256 of all that, in hexadecimal.
constexpr auto kMagic = std::bit_cast<std::uint64_t>(std::to_array("EVTEACH"));
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kDigestBytes = 64;
constexpr std::uint32_t kMaxHeaderBytes = std::uint32_t{64} << 20;
constexpr std::uint64_t kMaxItems = std::uint64_t{1} << 40;

Error Corrupt(const std::string& what) { return {ErrorCode::kCorrupt, what}; }

json JsonOf(const Shard& shard) {
  const TeacherSetup& setup = shard.setup;
  json skipped = json::array();
  for (const SkippedItem& item : shard.skipped) {
    skipped.push_back({{"item", item.item}, {"reason", item.reason}});
  }
  return {{"teacher", setup.teacher},
          {"teacher_sha256", setup.teacher_sha256},
          {"identity", setup.identity},
          {"tokenizer_sha256", setup.tokenizer_sha256},
          {"data", setup.data},
          {"data_identity", setup.data_identity},
          {"items", setup.items},
          {"shard_items", setup.shard_items},
          {"vocabulary", setup.vocabulary},
          {"options", setup.options},
          {"shard", shard.index},
          {"skipped", skipped},
          {"own_kept", shard.own_kept},
          {"own_asked", shard.own_asked}};
}

// Throws json::exception.
Shard HeadOf(const json& header) {
  Shard shard;
  TeacherSetup& setup = shard.setup;
  header.at("teacher").get_to(setup.teacher);
  header.at("teacher_sha256").get_to(setup.teacher_sha256);
  header.at("identity").get_to(setup.identity);
  header.at("tokenizer_sha256").get_to(setup.tokenizer_sha256);
  header.at("data").get_to(setup.data);
  setup.data_identity = header.value("data_identity", "");
  header.at("items").get_to(setup.items);
  header.at("shard_items").get_to(setup.shard_items);
  header.at("vocabulary").get_to(setup.vocabulary);
  header.at("options").get_to(setup.options);
  header.at("shard").get_to(shard.index);
  for (const json& item : header.at("skipped")) {
    shard.skipped.push_back({item.at("item").get<std::uint64_t>(), item.at("reason")});
  }
  header.at("own_kept").get_to(shard.own_kept);
  header.at("own_asked").get_to(shard.own_asked);
  return shard;
}

class RecordWriter {
 public:
  explicit RecordWriter(std::vector<std::byte>& bytes) : out_(bytes) {}

  void Record(const TeacherRecord& record) {
    out_.Put(record.item);
    out_.Put(record.image_hash);
    Matrix(record.features);
    Matrix(record.projected);
    Matrix(record.attention);
    Top(record.visual);
    out_.Put(static_cast<std::uint32_t>(record.visual_grid_width));
    Array(record.relations);
    out_.Put(static_cast<std::uint32_t>(record.texts.size()));
    for (const TeacherText& text : record.texts) {
      Text(text.kind);
      Text(text.question);
      Text(text.reply);
      out_.Put(text.is_own);
      Array(text.tokens);
      Top(text.next);
    }
  }

 private:
  template <class T>
  void Array(const std::vector<T>& values) {
    out_.Put(static_cast<std::uint32_t>(values.size()));
    out_.Put(std::as_bytes(std::span(values)));
  }
  void Text(const std::string& text) {
    out_.Put(static_cast<std::uint32_t>(text.size()));
    out_.Put(std::as_bytes(std::span(text)));
  }
  void Matrix(const HalfRows& matrix) {
    out_.Put(static_cast<std::uint32_t>(matrix.rows));
    out_.Put(static_cast<std::uint32_t>(matrix.cols));
    out_.Put(static_cast<std::uint32_t>(matrix.grid_width));
    Array(matrix.values);
  }
  void Top(const TopTokens& top) {
    out_.Put(static_cast<std::uint32_t>(top.rows));
    out_.Put(static_cast<std::uint32_t>(top.count));
    Array(top.ids);
    Array(top.log_probabilities);
    Array(top.rest);
  }

  ByteWriter out_;
};

// Reads what RecordWriter wrote. The first thing that does not fit is error().
class RecordReader {
 public:
  RecordReader(std::span<const std::byte> bytes, int vocabulary)
      : in_(bytes), vocabulary_(vocabulary) {}

  TeacherRecord Record() {
    TeacherRecord record;
    record.item = in_.Get<std::uint64_t>();
    record.image_hash = in_.Get<std::uint64_t>();
    record.features = Matrix("features");
    record.projected = Matrix("projected");
    record.attention = Matrix("attention");
    record.visual = Top("visual");
    const std::uint64_t rows = static_cast<std::uint64_t>(record.visual.rows);
    const std::uint64_t grid_width = in_.Get<std::uint32_t>();
    if (!IsGrid(rows, grid_width)) Fail("visual");
    record.visual_grid_width = static_cast<int>(grid_width);
    record.relations = Array<std::uint16_t>();
    if (record.relations.size() != TriangleSize(rows)) Fail("relations");
    const auto texts = in_.Get<std::uint32_t>();
    for (std::uint32_t i = 0; i < texts && in_.ok() && !error_; ++i) {
      record.texts.push_back(ReadText());
    }
    if (!in_.ok()) error_ = Corrupt("record: it is cut");
    if (!error_ && in_.remaining() > 0) error_ = Corrupt("record: bytes are left");
    return record;
  }

  const MaybeError& error() const { return error_; }

 private:
  void Fail(const std::string& what) {
    if (!error_) error_ = Corrupt("record: " + what + ": its sizes do not fit");
  }

  template <class T>
  std::vector<T> Array() {
    const std::uint64_t count = in_.Get<std::uint32_t>();
    const auto bytes = in_.ReadBytes(count * sizeof(T));  // at most what there is
    std::vector<T> values(bytes.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }

  HalfRows Matrix(const char* what) {
    HalfRows matrix;
    const std::uint64_t rows = in_.Get<std::uint32_t>(), cols = in_.Get<std::uint32_t>();
    const std::uint64_t grid_width = in_.Get<std::uint32_t>();
    matrix.values = Array<std::uint16_t>();
    const bool fits = rows * cols == matrix.values.size() && (rows == 0) == (cols == 0) &&
                      IsGrid(rows, grid_width);
    if (!fits) {
      Fail(what);
      return {};
    }
    matrix.rows = static_cast<int>(rows);
    matrix.cols = static_cast<int>(cols);
    matrix.grid_width = static_cast<int>(grid_width);
    return matrix;
  }

  TopTokens Top(const char* what) {
    TopTokens top;
    const std::uint64_t rows = in_.Get<std::uint32_t>(), count = in_.Get<std::uint32_t>();
    top.ids = Array<std::int32_t>();
    top.log_probabilities = Array<std::uint16_t>();
    top.rest = Array<std::uint16_t>();
    const bool fits = rows * count == top.ids.size() && (rows == 0) == (count == 0) &&
                      top.log_probabilities.size() == top.ids.size() && top.rest.size() == rows;
    if (!fits || !AreTokens(top.ids)) {
      Fail(what);
      return {};
    }
    top.rows = static_cast<int>(rows);
    top.count = static_cast<int>(count);
    return top;
  }

  static bool IsGrid(std::uint64_t rows, std::uint64_t width) {
    return width == 0 || (width <= rows && rows % width == 0);
  }

  bool AreTokens(const std::vector<std::int32_t>& ids) const {
    for (const std::int32_t id : ids) {
      if (id < 0 || id >= vocabulary_) return false;
    }
    return true;
  }

  TeacherText ReadText() {
    TeacherText text;
    for (std::string* field : {&text.kind, &text.question, &text.reply}) {
      *field = in_.Text(in_.Get<std::uint32_t>());
    }
    text.is_own = in_.Get<std::uint8_t>();
    text.tokens = Array<std::int32_t>();
    text.next = Top("next tokens");
    const auto rows = static_cast<std::size_t>(text.next.rows);
    if (!AreTokens(text.tokens) || (rows > 0 && rows != text.tokens.size() + 1)) Fail("tokens");
    return text;
  }

  ByteReader in_;
  int vocabulary_;
  MaybeError error_;
};

MaybeError CheckHead(const Shard& head) {
  const TeacherSetup& setup = head.setup;
  if (setup.items < 1 || setup.items > kMaxItems || setup.shard_items < 1 ||
      setup.shard_items > kMaxItems || setup.vocabulary < 1 || head.index >= setup.shards()) {
    return Corrupt("header: its numbers do not fit");
  }
  return std::nullopt;
}

template <class T>
std::string Difference(const char* field, const T& a, const T& b) {
  const json left = a, right = b;
  if (left == right) return "";
  return std::string(field) + ": expected " + left.dump() + ", found " + right.dump();
}

// By content: machines may have a data set in different places. Files from before had its place
// alone.
std::string DataDifference(const TeacherSetup& expected, const TeacherSetup& found) {
  if (expected.data_identity.empty() || found.data_identity.empty() ||
      (expected.data != found.data && expected.data_identity != found.data_identity)) {
    return Difference("data set", expected.data, found.data);
  }
  return Difference("names, sizes and texts of the data set", expected.data_identity,
                    found.data_identity);
}

}  // namespace

std::string DifferenceOf(const TeacherSetup& expected, const TeacherSetup& found) {
  for (const std::string& text :
       {Difference("teacher", expected.teacher_sha256, found.teacher_sha256),
        Difference("vision encoder or precision", expected.identity, found.identity),
        Difference("tokenizer", expected.tokenizer_sha256, found.tokenizer_sha256),
        DataDifference(expected, found), Difference("images", expected.items, found.items),
        Difference("images per shard", expected.shard_items, found.shard_items),
        Difference("vocabulary", expected.vocabulary, found.vocabulary),
        Difference("options", expected.options, found.options)}) {
    if (!text.empty()) return text;
  }
  return "";
}

std::vector<std::byte> ShardBytes(const Shard& shard) {
  std::vector<std::byte> bytes;
  ByteWriter out(bytes);
  out.Put(kMagic);
  out.Put(kVersion);
  const std::string header = JsonOf(shard).dump(-1, ' ', false, json::error_handler_t::replace);
  out.Put(static_cast<std::uint32_t>(header.size()));
  out.Put(std::as_bytes(std::span(header)));
  std::vector<std::byte> own;
  for (const TeacherRecord& record : shard.records) {
    own.clear();
    RecordWriter(own).Record(record);
    out.Put(static_cast<std::uint64_t>(own.size()));
    out.Put(std::span<const std::byte>(own));
  }
  Sha256 digest;
  digest.Update(bytes);
  const std::string checksum = digest.HexDigest();
  out.Put(std::as_bytes(std::span(checksum)));
  return bytes;
}

Result<ShardView> ParseShard(std::span<const std::byte> file) {
  if (file.size() < sizeof(kMagic) + 2 * sizeof(std::uint32_t) + kDigestBytes) {
    return Corrupt("expected a shard of teacher outputs, found a shorter file");
  }
  ByteReader in(file.first(file.size() - kDigestBytes));
  if (in.Get<std::uint64_t>() != kMagic) {
    return Corrupt("expected a shard of teacher outputs, found another file");
  }
  if (const auto version = in.Get<std::uint32_t>(); version != kVersion) {
    return Error{ErrorCode::kUnsupported, "version: expected " + std::to_string(kVersion) +
                                              ", found " + std::to_string(version)};
  }
  Sha256 digest;
  digest.Update(file.first(file.size() - kDigestBytes));
  ByteReader end(file.last(kDigestBytes));
  if (end.Text(kDigestBytes) != digest.HexDigest()) {
    return Corrupt("the checksum differs: the file is cut or was changed");
  }
  const auto header_bytes = in.Get<std::uint32_t>();
  if (header_bytes > kMaxHeaderBytes) return Corrupt("header: too long");
  const std::string_view text = in.Text(header_bytes);
  ShardView view;
  try {
    view.head = HeadOf(json::parse(text));
  } catch (const json::exception&) {
    return Corrupt("header: expected JSON with the fields of a shard");
  }
  if (auto error = CheckHead(view.head)) return *error;
  while (in.ok() && in.remaining() > 0) {
    const auto length = in.Get<std::uint64_t>();
    view.records.push_back(in.ReadBytes(length));
  }
  if (!in.ok()) return Corrupt("record " + std::to_string(view.records.size()) + ": it is cut");
  return view;
}

Result<TeacherRecord> ParseRecord(std::span<const std::byte> bytes, int vocabulary) {
  RecordReader reader(bytes, vocabulary);
  TeacherRecord record = reader.Record();
  if (reader.error()) return *reader.error();
  return record;
}

}  // namespace edgevlm
