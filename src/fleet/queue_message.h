// The messages of a batch's queue: an image to process, and its replies.
//
// An image is two lines of JSON and the bytes of its file: what is asked (the same line for all
// images of a batch), and which image it is. Replies are one line of JSON. Both state a version, so
// that devices with another version of EdgeVLM report it and nothing is misread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edgevlm/edgevlm.h"
#include "fleet/reply_pipeline.h"

namespace edgevlm {

inline constexpr int kQueueVersion = 1;
inline constexpr std::size_t kMaxQueueLineBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxQueueQuestions = 1024;

// What is asked about each image of a batch.
struct QueueWork {
  AskedWork asked = {};     // without a grammar, which follows from the schema
  std::string schema = {};  // JSON schema of the replies; empty: any text
};

struct QueueImage {
  std::string_view work;  // a line of WorkLine
  std::string id;         // of the message: the same if it is delivered again
  std::string batch;      // where its replies go
  std::string name;       // for messages of people
  std::string_view file;
};

struct QueueReplies {
  std::string id;
  std::string worker;
  Result<std::vector<Reply>> replies;  // texts, numbers of tokens and reasons of their end
};

// One line, without its end.
std::string WorkLine(const QueueWork& work);

// Errors: kCorrupt, kInvalid (an option out of range), kUnsupported (another version), kTooLarge.
Result<QueueWork> ReadWorkLine(std::string_view line);

std::string ImageMessage(std::string_view work, std::string_view id, std::string_view batch,
                         const std::string& name, std::span<const std::byte> file);

// The views are of the message. Errors: kCorrupt, kTooLarge (a line).
Result<QueueImage> ReadImageMessage(std::string_view message);

std::string RepliesMessage(const QueueReplies& replies);

// Errors: kCorrupt, kUnsupported (another version), kTooLarge.
Result<QueueReplies> ReadRepliesMessage(std::string_view message);

}  // namespace edgevlm
