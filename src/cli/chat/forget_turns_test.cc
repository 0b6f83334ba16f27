#include "cli/chat/forget_turns.h"

#include <gtest/gtest.h>

#include <string>

namespace edgevlm {
namespace {

// A token for each byte, and for each of an image's.
Result<int> CountBytes(std::span<const Message> messages) {
  int tokens = 0;
  for (const Message& message : messages) {
    for (const Part& part : message.parts) {
      tokens += part.image != nullptr ? part.image->tokens : static_cast<int>(part.text.size());
    }
  }
  return tokens;
}

Message Of(Role role, const std::string& text) { return {.role = role, .parts = {{.text = text}}}; }

Part ImageOf(int tokens) {
  auto image = std::make_shared<EncodedImage>();
  image->tokens = tokens;
  return {.image = std::move(image)};
}

// Exchanges of 10 tokens each, named "a" to "z", and a question of 5.
std::vector<Message> Talk(int exchanges, const std::string& system = "") {
  std::vector<Message> messages;
  if (!system.empty()) messages.push_back(Of(Role::kSystem, system));
  for (int i = 0; i < exchanges; ++i) {
    messages.push_back(Of(Role::kUser, std::string(4, static_cast<char>('a' + i))));
    messages.push_back(Of(Role::kAssistant, std::string(6, static_cast<char>('A' + i))));
  }
  messages.push_back(Of(Role::kUser, "last?"));
  return messages;
}

// The first letter of each, "*" for each image.
std::string Collected(const Result<std::vector<Message>>& messages) {
  if (!messages) return messages.error().message;
  std::string collected;
  for (const Message& message : *messages) {
    for (const Part& part : message.parts) collected += part.image != nullptr ? '*' : part.text[0];
  }
  return collected;
}

std::string Forgotten(std::span<const Message> messages, const RemainingContext& remaining) {
  return Collected(ForgetOldTurns(messages, remaining, CountBytes));
}

TEST(ForgetOldTurns, WhatFitsStays) {
  EXPECT_EQ(Forgotten(Talk(3), {.context_tokens = 45, .reply_tokens = 10}), "aAbBcCl");
  EXPECT_EQ(Forgotten(Talk(0), {.context_tokens = 6, .reply_tokens = 100}), "l");
}

// 5 + 80 for the tokens before the reply: half of the 80 stay.
TEST(ForgetOldTurns, ALargerPieceGoesAtOnce) {
  const RemainingContext remaining = {.context_tokens = 95, .reply_tokens = 10};
  EXPECT_EQ(Forgotten(Talk(8), remaining), "aAbBcCdDeEfFgGhHl");
  EXPECT_EQ(Forgotten(Talk(9), remaining), "fFgGhHiIl");
  // Nothing is dropped until it is full again.
  int times = 0;
  std::vector<Message> talk = Talk(9);
  for (int turn = 0; turn < 12; ++turn) {
    const std::vector<Message> kept = *ForgetOldTurns(talk, remaining, CountBytes);
    times += kept.size() < talk.size() ? 1 : 0;
    talk = kept;
    talk.push_back(Of(Role::kAssistant, "Said."));
    talk.push_back(Of(Role::kUser, "last?"));
  }
  EXPECT_EQ(times, 3) << "turns of 10 tokens fill the free 40 in five";
}

TEST(ForgetOldTurns, TheSystemsMessageStays) {
  EXPECT_EQ(Forgotten(Talk(9, "System"), {.context_tokens = 95, .reply_tokens = 10}), "SgGhHiIl");
}

TEST(ForgetOldTurns, TheImageShownLastStays) {
  std::vector<Message> talk = Talk(9);
  talk[0].parts.insert(talk[0].parts.begin(), ImageOf(3));
  talk[2].parts.insert(talk[2].parts.begin(), ImageOf(2));
  const RemainingContext remaining = {.context_tokens = 95, .reply_tokens = 10};
  EXPECT_EQ(Forgotten(talk, remaining), "*gGhHiIl");
  const auto kept = ForgetOldTurns(talk, remaining, CountBytes);
  EXPECT_EQ(kept->front().parts.front().image->tokens, 2) << "the later one";
  talk.back().parts.push_back(ImageOf(1));
  EXPECT_EQ(Forgotten(talk, remaining), "gGhHiIl*") << "there is another";
}

TEST(ForgetOldTurns, AnImageThatLeavesNoRoomGoes) {
  std::vector<Message> talk = Talk(1);
  talk[0].parts.insert(talk[0].parts.begin(), ImageOf(96));
  EXPECT_EQ(Forgotten(talk, {.context_tokens = 100, .reply_tokens = 10}), "l");
}

// Replies longer than the context do not displace everything: a third of it is for the rest.
TEST(ForgetOldTurns, LongRepliesTakeTwoThirdsOfTheRest) {
  EXPECT_EQ(Forgotten(Talk(3), {.context_tokens = 95, .reply_tokens = 1000}), "aAbBcCl");
  EXPECT_EQ(Forgotten(Talk(4), {.context_tokens = 95, .reply_tokens = 1000}), "dDl");
}

TEST(ForgetOldTurns, ALastMessageThatIsTooLongIsLeftToTheModel) {
  EXPECT_EQ(Forgotten(Talk(2), {.context_tokens = 4, .reply_tokens = 1}), "l");
}

TEST(ForgetOldTurns, TooLargeToCountIsTooLong) {
  const auto at_most_20 = [](std::span<const Message> messages) -> Result<int> {
    const Result<int> tokens = CountBytes(messages);
    if (*tokens > 20) return Error{ErrorCode::kTooLarge, "too large"};
    return tokens;
  };
  const RemainingContext remaining = {.context_tokens = 1000, .reply_tokens = 1};
  EXPECT_EQ(Collected(ForgetOldTurns(Talk(3), remaining, at_most_20)), "cCl");
  const auto invalid = [](std::span<const Message>) -> Result<int> {
    return Error{ErrorCode::kInvalid, "no text"};
  };
  EXPECT_EQ(Collected(ForgetOldTurns(Talk(3), remaining, invalid)), "no text");
}

}  // namespace
}  // namespace edgevlm
