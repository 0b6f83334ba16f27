// TeacherTokens: how a teacher spells text, so that students with other tokenizers can learn from
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "tokenizer/tokenizer.h"

namespace edgevlm {

struct TeacherTokens {
  std::vector<std::string> bytes;  // of each token; empty for control tokens
  std::vector<std::int32_t> ends;  // that end a reply

  bool operator==(const TeacherTokens&) const = default;
};

TeacherTokens TeacherTokensOf(const Tokenizer& tokenizer);

// The bytes of their file.
std::vector<std::byte> TokenFileBytes(const TeacherTokens& tokens);
// Errors: kCorrupt, kUnsupported (another version).
Result<TeacherTokens> ParseTokenFile(std::span<const std::byte> file);

// SHA-256 of their file: tells teachers with different tokens apart.
std::string DigestOf(const TeacherTokens& tokens);

}  // namespace edgevlm
