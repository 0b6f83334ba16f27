// A conversation as bytes, to go on with it later.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/result.h"
#include "edgevlm/edgevlm.h"
#include "engine/prompt/prompt.h"

namespace edgevlm {

// What is written, little-endian: a mark with the version, the model's identity, the images that
// occur anywhere (each once), which of them is set, the messages, the prompt that the cache holds,
// the cache's own bytes; then the SHA-256 of all that as 64 hexadecimal digits.
struct SavedSession {
  std::string identity;                       // of the model: 64 hexadecimal digits
  std::shared_ptr<const EncodedImage> image;  // the one set, or null
  std::vector<Message> messages;
  Prompt prompt;                     // what the cache holds
  std::span<const std::byte> cache;  // of somebody else; as SequenceCache::Save writes it
};

std::vector<std::byte> WriteSession(const SavedSession& session);

// Reads what WriteSession wrote; the cache's bytes are a view of `bytes`. Nothing is taken that the
// bytes do not have. What they say is sound by itself (counts, sizes, roles, images); whether it
// fits the model is asked by whoever uses it. Errors: kInvalid (not a session), kCorrupt (cut or
// changed).
Result<SavedSession> ReadSession(std::span<const std::byte> bytes);

// The same without the digest at the end: for the fuzzer, which cannot make one.
Result<SavedSession> ReadSessionBody(std::span<const std::byte> bytes);

}  // namespace edgevlm
