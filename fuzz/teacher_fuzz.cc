// Any bytes as a record of teacher outputs, a whole shard, and a teacher's tokens. A record that
// does not survive being written again is the bug.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "teacher/shard.h"
#include "teacher/teacher_tokens.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int kVocabulary = 1 << 20;
  const auto bytes = std::as_bytes(std::span(data, size));
  (void)edgevlm::ParseShard(bytes);
  if (const auto tokens = edgevlm::ParseTokenFile(bytes)) {
    CHECK(edgevlm::TokenFileBytes(*tokens).size() == size);
  }
  auto record = edgevlm::ParseRecord(bytes, kVocabulary);
  if (!record) return 0;
  edgevlm::Shard shard;
  shard.setup = {.items = 1, .shard_items = 1, .vocabulary = kVocabulary};
  shard.records.push_back(*record);
  const auto written = edgevlm::ShardBytes(shard);
  const auto view = edgevlm::ParseShard(written);
  CHECK(view.ok() && view->records.size() == 1);
  const auto again = edgevlm::ParseRecord(view->records[0], kVocabulary);
  CHECK(again.ok() && *again == *record);
  return 0;
}
