// Serializes a conversation so that it can be continued later.
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

// The format, little-endian: a mark with the version, the model's identity, all images (each once),
// which of them is current, the messages, the prompt that the cache holds, the cache's own bytes;
// then the SHA-256 of all that as 64 hexadecimal digits.
struct SavedSession {
  std::string identity;                       // of the model: 64 hexadecimal digits
  std::shared_ptr<const EncodedImage> image;  // the current one, or null
  std::vector<Message> messages;
  Prompt prompt;                     // what the cache holds
  std::span<const std::byte> cache;  // not owned; as SequenceCache::Save writes it
};

std::vector<std::byte> WriteSession(const SavedSession& session);

// Parses the output of WriteSession; the cache's bytes are a view of `bytes`. Allocates no more
// than the bytes contain. The result is internally consistent (counts, sizes, roles, images);
// callers check whether it fits the model. Errors: kInvalid (not a session), kCorrupt (truncated or
// changed).
Result<SavedSession> ReadSession(std::span<const std::byte> bytes);

// The same without the digest at the end: for the fuzzer, which cannot compute one.
Result<SavedSession> ReadSessionBody(std::span<const std::byte> bytes);

}  // namespace edgevlm
