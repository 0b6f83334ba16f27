#include "convert/huggingface/sentence_piece_model.h"

#include <bit>
#include <string_view>
#include <utility>

#include "base/byte_reader.h"

namespace edgevlm {
namespace {

// Protobuf wire types.
enum class Wire : std::uint32_t { kVarint = 0, kEight = 1, kBytes = 2, kFour = 5 };

// One field of a message.
struct Field {
  std::uint32_t number = 0;
  Wire wire = Wire::kVarint;
  std::uint64_t value = 0;                // of kVarint, kEight and kFour
  std::span<const std::byte> bytes = {};  // of kBytes
};

// Iterates over the fields of a message. Errors stick, as in ByteReader.
class Message {
 public:
  explicit Message(std::span<const std::byte> bytes) : in_(bytes) {}

  bool ok() const { return is_well_formed_ && in_.ok(); }

  // False at the end and after an error.
  bool Next(Field& field) {
    if (!ok() || in_.remaining() == 0) return false;
    constexpr int kWireBits = 3;
    const std::uint64_t tag = Varint();
    field = {.number = static_cast<std::uint32_t>(tag >> kWireBits),
             .wire = static_cast<Wire>(tag & 7)};
    switch (field.wire) {
      case Wire::kVarint:
        field.value = Varint();
        break;
      case Wire::kEight:
        field.value = in_.Get<std::uint64_t>();
        break;
      case Wire::kBytes:
        field.bytes = in_.ReadBytes(Varint());
        break;
      case Wire::kFour:
        field.value = in_.Get<std::uint32_t>();
        break;
      default:
        is_well_formed_ = false;
    }
    return ok();
  }

 private:
  std::uint64_t Varint() {
    constexpr int kBitsPerByte = 7, kMaxBits = 64;
    std::uint64_t value = 0;
    for (int shift = 0; shift < kMaxBits; shift += kBitsPerByte) {
      const auto byte = in_.Get<std::uint8_t>();
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    is_well_formed_ = false;
    return 0;
  }

  ByteReader in_;
  bool is_well_formed_ = true;
};

Error CorruptPieces(const std::string& what) {
  return {ErrorCode::kCorrupt, "sentencepiece: " + what};
}

// An id; negative ones are encoded in 64 bits.
int ToId(std::uint64_t value) { return static_cast<std::int32_t>(value & 0xffffffffu); }

Result<SentencePiece> ReadPiece(std::span<const std::byte> bytes, std::size_t id) {
  const std::string where = "piece " + std::to_string(id) + ": ";
  constexpr std::uint64_t kMinType = 1, kMaxType = 6;
  SentencePiece piece;
  Message message(bytes);
  for (Field field; message.Next(field);) {
    if (field.number == 1 && field.wire == Wire::kBytes) {
      if (field.bytes.size() > SentencePieceModel::kMaxPieceBytes) {
        return Error{ErrorCode::kTooLarge, "sentencepiece: " + where + "expected at most " +
                                               std::to_string(SentencePieceModel::kMaxPieceBytes) +
                                               " bytes, found " +
                                               std::to_string(field.bytes.size())};
      }
      piece.text.assign(reinterpret_cast<const char*>(field.bytes.data()), field.bytes.size());
    } else if (field.number == 2 && field.wire == Wire::kFour) {
      piece.score = std::bit_cast<float>(static_cast<std::uint32_t>(field.value));
    } else if (field.number == 3 && field.wire == Wire::kVarint) {
      if (field.value < kMinType || field.value > kMaxType) {
        return CorruptPieces(where + "expected a type from 1 to 6, found " +
                             std::to_string(field.value));
      }
      piece.type = static_cast<std::int32_t>(field.value);
    }
  }
  if (!message.ok()) return CorruptPieces(where + "broken");
  return piece;
}

void ReadTraining(const Field& field, SentencePieceModel& model) {
  if (field.wire != Wire::kVarint) return;
  if (field.number == 40) model.unknown = ToId(field.value);
  if (field.number == 41) model.bos = ToId(field.value);
  if (field.number == 42) model.eos = ToId(field.value);
  if (field.number == 43) model.padding = ToId(field.value);
}

void ReadNormalizer(const Field& field, SentencePieceModel& model) {
  if (field.wire == Wire::kVarint && field.number == 3) model.adds_space_prefix = field.value != 0;
}

// Calls read for every field of the message. False if the message is malformed.
template <class ReadField>
bool ReadFields(std::span<const std::byte> bytes, SentencePieceModel& model, ReadField read) {
  Message message(bytes);
  for (Field field; message.Next(field);) read(field, model);
  return message.ok();
}

}  // namespace

Result<SentencePieceModel> ParseSentencePieceModel(std::span<const std::byte> bytes) {
  SentencePieceModel model;
  Message message(bytes);
  for (Field field; message.Next(field);) {
    if (field.wire != Wire::kBytes) continue;
    if (field.number == 1) {
      if (model.pieces.size() >= SentencePieceModel::kMaxPieces) {
        return Error{ErrorCode::kTooLarge, "sentencepiece: expected at most " +
                                               std::to_string(SentencePieceModel::kMaxPieces) +
                                               " pieces, found more"};
      }
      auto piece = ReadPiece(field.bytes, model.pieces.size());
      if (!piece) return piece.error();
      model.pieces.push_back(*std::move(piece));
    } else if (field.number == 2 && !ReadFields(field.bytes, model, ReadTraining)) {
      return CorruptPieces("training: broken");
    } else if (field.number == 3 && !ReadFields(field.bytes, model, ReadNormalizer)) {
      return CorruptPieces("normalizer: broken");
    }
  }
  if (!message.ok()) return CorruptPieces("broken at its end, or cut");
  if (model.pieces.empty()) return CorruptPieces("expected pieces, found none");
  return model;
}

}  // namespace edgevlm
