#include "engine/reply/saved_session.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include "digest/sha256.h"
#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

using ImagePointer = std::shared_ptr<const EncodedImage>;

constexpr std::string_view kMark = "EVLMSES3";
constexpr std::size_t kDigestDigits = 64;

void PutText(std::string_view text, ByteWriter& writer) {
  writer.Put(static_cast<std::uint32_t>(text.size()));
  writer.Put(std::as_bytes(std::span(text)));
}

template <class Count>
void PutCount(Count count, ByteWriter& writer) {
  writer.Put(static_cast<std::uint32_t>(count));
}

// The images of a session, each once, with the numbers that the bytes use for them: from 1, 0 for
// none.
class ImageTable {
 public:
  explicit ImageTable(const SavedSession& session) {
    Add(session.image);
    for (const Message& message : session.messages) {
      for (const Part& part : message.parts) Add(part.image);
    }
    for (const Prompt::Part& part : session.prompt.parts()) Add(part.image);
  }

  const std::vector<ImagePointer>& images() const { return images_; }

  void PutNumber(const ImagePointer& image, ByteWriter& writer) const {
    const auto found = std::ranges::find(images_, image);
    PutCount(image == nullptr ? 0 : found - images_.begin() + 1, writer);
  }

 private:
  void Add(const ImagePointer& image) {
    if (image != nullptr && std::ranges::find(images_, image) == images_.end()) {
      images_.push_back(image);
    }
  }

  std::vector<ImagePointer> images_;
};

void PutImage(const EncodedImage& image, ByteWriter& writer) {
  PutText(image.content, writer);
  PutCount(image.tokens, writer);
  PutCount(image.width, writer);
  writer.Put(static_cast<std::uint8_t>(image.is_sound));
  PutText(image.counted_as, writer);
  writer.Put(std::as_bytes(std::span(image.embeddings)));
  PutCount(image.pieces.size(), writer);
  for (const EncodedImage::Piece& piece : image.pieces) {
    PutCount(piece.rows, writer);
    PutText(piece.markup, writer);
    for (const int side : {piece.grid.frames, piece.grid.rows, piece.grid.cols}) {
      PutCount(side, writer);
    }
    writer.Put(piece.grid.frame_step);
  }
}

void PutMessage(const Message& message, const ImageTable& table, ByteWriter& writer) {
  writer.Put(static_cast<std::uint8_t>(message.role));
  PutCount(message.parts.size(), writer);
  for (const Part& part : message.parts) {
    table.PutNumber(part.image, writer);
    PutText(part.text, writer);
  }
}

void PutPrompt(const Prompt& prompt, const ImageTable& table, ByteWriter& writer) {
  PutCount(prompt.parts().size(), writer);
  for (const Prompt::Part& part : prompt.parts()) {
    table.PutNumber(part.image, writer);
    PutCount(part.first_row, writer);
    PutCount(part.rows, writer);
    writer.Put(std::as_bytes(std::span(part.tokens)));
  }
}

Error Corrupt(const std::string& what) {
  return {ErrorCode::kCorrupt, "session: " + what + ": expected other bytes: it is cut or changed"};
}

// Reads the parts in order. After a failure ok() is false, and only the part being read is known.
class Parser {
 public:
  explicit Parser(std::span<const std::byte> bytes) : reader_(bytes) {}

  Result<SavedSession> Parse() {
    SavedSession session;
    if (reader_.Text(kMark.size()) != kMark) {
      return Error{ErrorCode::kInvalid, "session: expected a saved one, found another file"};
    }
    session.identity = reader_.Text(kDigestDigits);
    if (!ReadImages()) return Corrupt("images");
    session.image = ReadImageIndex();
    if (!ReadMessages(session.messages)) return Corrupt("messages");
    if (!ReadPrompt(session.prompt)) return Corrupt("prompt");
    session.cache = reader_.ReadBytes(reader_.Get<std::uint64_t>());
    if (!ok_ || !reader_.ok() || reader_.remaining() != 0) return Corrupt("cache");
    return session;
  }

 private:
  // Counts that are int everywhere else.
  static bool Fits(std::uint64_t count) { return count <= std::numeric_limits<int>::max(); }

  // A count of items of at least `bytes_each` bytes; 0 after a failure.
  std::size_t ReadCount(std::size_t bytes_each) {
    const auto count = reader_.Get<std::uint32_t>();
    ok_ = ok_ && reader_.ok() && count <= reader_.remaining() / bytes_each;
    return ok_ ? count : 0;
  }

  std::string ReadString() { return std::string(reader_.Text(reader_.Get<std::uint32_t>())); }

  ImagePointer ReadImageIndex() {
    const auto number = reader_.Get<std::uint32_t>();
    ok_ = ok_ && reader_.ok() && number <= images_.size();
    return ok_ && number > 0 ? images_[number - 1] : nullptr;
  }

  bool ReadImages() {
    const std::size_t count = ReadCount(4 * sizeof(std::uint32_t));
    for (std::size_t i = 0; i < count && ok_; ++i) ReadImage();
    return ok_;
  }

  void ReadImage() {
    EncodedImage image;
    image.content = ReadString();
    const auto tokens = reader_.Get<std::uint32_t>(), width = reader_.Get<std::uint32_t>();
    const auto is_sound = reader_.Get<std::uint8_t>();
    image.is_sound = is_sound != 0;
    image.counted_as = ReadString();
    const std::uint64_t values = std::uint64_t{tokens} * width;
    ok_ = reader_.ok() && is_sound <= 1 && IsUtf8(image.counted_as) && 0 < values && Fits(values) &&
          values <= reader_.remaining() / sizeof(float);
    if (!ok_) return;
    const std::span<const std::byte> raw = reader_.ReadBytes(values * sizeof(float));
    image.tokens = static_cast<int>(tokens);
    image.width = static_cast<int>(width);
    image.embeddings.resize(values);
    std::memcpy(image.embeddings.data(), raw.data(), raw.size());
    std::uint64_t rows = 0;
    const std::size_t pieces = ReadCount(5 * sizeof(std::uint32_t) + sizeof(double));
    for (std::size_t i = 0; i < pieces && ok_; ++i) {
      const auto own = reader_.Get<std::uint32_t>();
      image.pieces.push_back({.markup = ReadString(), .rows = static_cast<int>(own)});
      image.pieces.back().grid = ReadGrid();
      rows += own;
      ok_ = reader_.ok() && rows <= tokens && IsUtf8(image.pieces.back().markup);
    }
    ok_ = ok_ && rows == tokens;
    images_.push_back(std::make_shared<const EncodedImage>(std::move(image)));
  }

  // Whether it fits the rows, CheckImage tells.
  TokenGrid ReadGrid() {
    TokenGrid grid;
    for (int* side : {&grid.frames, &grid.rows, &grid.cols}) {
      const auto count = reader_.Get<std::uint32_t>();
      ok_ = ok_ && Fits(count);
      *side = ok_ ? static_cast<int>(count) : 0;
    }
    grid.frame_step = reader_.Get<double>();
    return grid;
  }

  bool ReadMessages(std::vector<Message>& messages) {
    const std::size_t count = ReadCount(sizeof(std::uint8_t) + sizeof(std::uint32_t));
    for (std::size_t i = 0; i < count && ok_; ++i) {
      const auto role = reader_.Get<std::uint8_t>();
      ok_ = reader_.ok() && role <= static_cast<std::uint8_t>(Role::kTool);
      Message message = {.role = static_cast<Role>(role), .parts = {}};
      const std::size_t parts = ReadCount(2 * sizeof(std::uint32_t));
      for (std::size_t p = 0; p < parts && ok_; ++p) {
        ImagePointer image = ReadImageIndex();
        message.parts.push_back({.text = ReadString(), .image = std::move(image)});
        ok_ = ok_ && reader_.ok() && IsUtf8(message.parts.back().text);
      }
      messages.push_back(std::move(message));
    }
    return ok_;
  }

  bool ReadPrompt(Prompt& prompt) {
    const std::size_t count = ReadCount(3 * sizeof(std::uint32_t));
    for (std::size_t i = 0; i < count && ok_; ++i) {
      ImagePointer image = ReadImageIndex();
      const auto first_row = reader_.Get<std::uint32_t>(), rows = reader_.Get<std::uint32_t>();
      ok_ = ok_ && Fits(std::uint64_t{rows} + static_cast<std::uint64_t>(prompt.rows()));
      if (image != nullptr) {
        const auto all = static_cast<std::uint32_t>(image->tokens);
        ok_ = ok_ && reader_.ok() && 0 < rows && rows <= all && first_row <= all - rows;
        if (ok_) prompt.Add(image, static_cast<int>(first_row), static_cast<int>(rows));
      } else if (ok_) {
        AddTokens(rows, prompt);
      }
    }
    return ok_;
  }

  void AddTokens(std::uint32_t count, Prompt& prompt) {
    const auto raw = reader_.ReadBytes(std::uint64_t{count} * sizeof(int));
    ok_ = reader_.ok() && count > 0;
    if (!ok_) return;
    std::vector<int> tokens(count);
    std::memcpy(tokens.data(), raw.data(), raw.size());
    prompt.Add(tokens);
  }

  ByteReader reader_;
  bool ok_ = true;
  std::vector<ImagePointer> images_;
};

}  // namespace

std::vector<std::byte> WriteSession(const SavedSession& session) {
  const ImageTable table(session);
  const auto mark = std::as_bytes(std::span(kMark));
  std::vector<std::byte> bytes(mark.begin(), mark.end());
  ByteWriter writer(bytes);
  CHECK(session.identity.size() == kDigestDigits);
  writer.Put(std::as_bytes(std::span(session.identity)));
  PutCount(table.images().size(), writer);
  for (const ImagePointer& image : table.images()) PutImage(*image, writer);
  table.PutNumber(session.image, writer);
  PutCount(session.messages.size(), writer);
  for (const Message& message : session.messages) PutMessage(message, table, writer);
  PutPrompt(session.prompt, table, writer);
  writer.Put(static_cast<std::uint64_t>(session.cache.size()));
  writer.Put(session.cache);
  Sha256 digest;
  digest.Update(bytes);
  const std::string digits = digest.HexDigest();
  writer.Put(std::as_bytes(std::span(digits)));
  return bytes;
}

Result<SavedSession> ReadSessionBody(std::span<const std::byte> bytes) {
  return Parser(bytes).Parse();
}

Result<SavedSession> ReadSession(std::span<const std::byte> bytes) {
  const std::size_t body = bytes.size() - std::min(bytes.size(), kDigestDigits);
  if (ByteReader(bytes).Text(kMark.size()) != kMark) return ReadSessionBody(bytes);
  Sha256 digest;
  digest.Update(bytes.first(body));
  if (ByteReader(bytes.subspan(body)).Text(kDigestDigits) != digest.HexDigest()) {
    return Corrupt("digest");
  }
  return ReadSessionBody(bytes.first(body));
}

}  // namespace edgevlm
