#include "teacher/teacher_tokens.h"

#include <array>
#include <bit>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "digest/sha256.h"

namespace edgevlm {
namespace {

// magic, version, number of tokens, each with its length; number of ends, their ids.
constexpr auto kMagic = std::bit_cast<std::uint64_t>(std::to_array("EVTOKEN"));
constexpr std::uint32_t kVersion = 1;

Error Corrupt(const std::string& what) { return {ErrorCode::kCorrupt, what}; }

}  // namespace

TeacherTokens TeacherTokensOf(const Tokenizer& tokenizer) {
  TeacherTokens tokens;
  for (int id = 0; id < tokenizer.size(); ++id) tokens.bytes.emplace_back(tokenizer.Bytes(id));
  tokens.ends.assign(tokenizer.ends().begin(), tokenizer.ends().end());
  return tokens;
}

std::vector<std::byte> TokenFileBytes(const TeacherTokens& tokens) {
  std::vector<std::byte> bytes;
  for (const std::byte byte : std::bit_cast<std::array<std::byte, sizeof(kMagic)>>(kMagic)) {
    bytes.push_back(byte);
  }
  ByteWriter out(bytes);
  out.Put(kVersion);
  out.Put(static_cast<std::uint32_t>(tokens.bytes.size()));
  for (const std::string& token : tokens.bytes) {
    out.Put(static_cast<std::uint32_t>(token.size()));
    out.Put(std::as_bytes(std::span(token)));
  }
  out.Put(static_cast<std::uint32_t>(tokens.ends.size()));
  out.Put(std::as_bytes(std::span(tokens.ends)));
  return bytes;
}

Result<TeacherTokens> ParseTokenFile(std::span<const std::byte> file) {
  ByteReader in(file);
  if (in.Get<std::uint64_t>() != kMagic) {
    return Corrupt("expected a teacher's tokens, found another file");
  }
  if (const auto version = in.Get<std::uint32_t>(); version != kVersion) {
    return Error{ErrorCode::kUnsupported, "version: expected " + std::to_string(kVersion) +
                                              ", found " + std::to_string(version)};
  }
  TeacherTokens tokens;
  const auto count = in.Get<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    tokens.bytes.emplace_back(in.Text(in.Get<std::uint32_t>()));
  }
  const auto ends = in.Get<std::uint32_t>();
  for (std::uint32_t i = 0; i < ends && in.ok(); ++i) {
    const auto id = in.Get<std::int32_t>();
    if (in.ok() && (id < 0 || static_cast<std::uint32_t>(id) >= count)) {
      return Corrupt("expected ends below " + std::to_string(count) + ", found " +
                     std::to_string(id));
    }
    tokens.ends.push_back(id);
  }
  if (!in.ok() || in.remaining() > 0) return Corrupt("the tokens are cut, or bytes are left");
  return tokens;
}

std::string DigestOf(const TeacherTokens& tokens) {
  Sha256 digest;
  digest.Update(TokenFileBytes(tokens));
  return digest.HexDigest();
}

}  // namespace edgevlm
