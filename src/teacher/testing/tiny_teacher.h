// Small teacher outputs. For tests.
#pragma once

#include <string>
#include <vector>

#include "teacher/shard.h"
#include "teacher/teacher_tokens.h"

namespace edgevlm {

inline constexpr int kTinyTeacherTokens = 5;

// Tokens "a", "b", " c", "ab" and an end.
inline TeacherTokens TinyTeacherTokens() { return {{"a", "b", " c", "ab", ""}, {4}}; }

inline TeacherSetup TinySetup() {
  return {.teacher = "teacher.gguf",
          .teacher_sha256 = std::string(64, '1'),
          .identity = std::string(64, '3'),
          .tokenizer_sha256 = DigestOf(TinyTeacherTokens()),
          .data = "scenes:1:5",
          .data_identity = "scenes:1:5",
          .items = 5,
          .shard_items = 2,
          .vocabulary = kTinyTeacherTokens,
          .options = "top-k 2"};
}

inline TeacherRecord TinyRecord(std::uint64_t item) {
  const auto number = static_cast<float>(item);
  const std::vector<float> cells = {1, 2, 3, number, 5, 6, 7, 8};
  const std::vector<float> logits = {0, 1, 2, 3, number, 1, 1, 0, 5, 4,
                                     3, 3, 2, 1, 0,      0, 2, 0, 2, 1};
  TeacherRecord record;
  record.item = item;
  record.image_hash = item * 17;
  record.features = HalfRowsOf(cells, 2, 2);
  record.projected = HalfRowsOf(cells, 2, 2);
  record.attention = HalfRowsOf(std::vector<float>{0.25f, 0.25f, 0.5f, 0}, 1, 2);
  record.visual = TopTokensOf(logits, kTinyTeacherTokens, 2);
  record.visual_grid_width = 2;
  record.relations = RelationsOf(logits, kTinyTeacherTokens);
  record.texts.push_back({.kind = "what",
                          .question = "what?",
                          .reply = "ab c",
                          .is_own = 1,
                          .tokens = {3, 2, 0},
                          .next = TopTokensOf(logits, kTinyTeacherTokens, 3)});
  record.texts.push_back(
      {.kind = "caption", .question = "", .reply = "a", .tokens = {0}, .next = {}});
  return record;
}

inline Shard TinyShard(std::uint64_t index) {
  Shard shard;
  shard.setup = TinySetup();
  shard.index = index;
  shard.skipped = {{2 * index, "image 0: broken.jpg: expected a JPEG"}};
  shard.own_kept = 3;
  shard.own_asked = 4;
  shard.records = {TinyRecord(2 * index), TinyRecord(2 * index + 1)};
  return shard;
}

}  // namespace edgevlm
