#include "engine/prompt/arrange_messages.h"

#include <gtest/gtest.h>

#include <string>

namespace edgevlm {
namespace {

Message Say(Role role, const std::string& text) {
  return {.role = role, .parts = {{.text = text}}};
}
Message System(const std::string& text) { return Say(Role::kSystem, text); }
Message UserText(const std::string& text) { return Say(Role::kUser, text); }
Message AssistantText(const std::string& text) { return Say(Role::kAssistant, text); }
Message ImageMessage() {
  return {.role = Role::kUser, .parts = {{.image = std::make_shared<const EncodedImage>()}}};
}

// "S:text U:text#" with # for an image.
std::string Arranged(const std::vector<Message>& messages, bool system_anywhere = true) {
  std::string written;
  for (const Message& message : ArrangeMessages(messages, system_anywhere)) {
    if (!written.empty()) written += ' ';
    written += message.role == Role::kSystem ? "S:" : message.role == Role::kUser ? "U:" : "A:";
    for (const Part& part : message.parts) written += part.image != nullptr ? "#" : part.text;
  }
  return written;
}

TEST(ArrangeMessages, LeavesTurnsAsTheyAre) {
  EXPECT_EQ(Arranged({System("s"), UserText("a"), AssistantText("b"), UserText("c")}),
            "S:s U:a A:b U:c");
  EXPECT_EQ(Arranged({UserText("a"), AssistantText("b")}), "U:a A:b");
}

TEST(ArrangeMessages, JoinsNeighbors) {
  EXPECT_EQ(Arranged({UserText("a"), UserText("b"), AssistantText("c"), AssistantText("d"),
                      UserText("e")}),
            "U:a\n\nb A:c\n\nd U:e");
  EXPECT_EQ(Arranged({UserText("what?"), ImageMessage(), UserText("and?")}), "U:what?#and?");
}

TEST(ArrangeMessages, LeavesOutWhatSaysNothing) {
  EXPECT_EQ(Arranged({System(""), UserText("a"), UserText(""), AssistantText("b"), UserText("")}),
            "U:a A:b U:");
  EXPECT_EQ(Arranged({UserText("a"), UserText("")}), "U:a");
  EXPECT_EQ(Arranged({UserText("a"), AssistantText(""), UserText("c")}), "U:a A: U:c")
      << "turns alternate";
  EXPECT_EQ(Arranged({UserText("a"), AssistantText("")}), "U:a") << "a reply that has not begun";
  EXPECT_EQ(Arranged({UserText("a"), AssistantText("b"), UserText(""), AssistantText("c"),
                      UserText("d")}),
            "U:a A:b\n\nc U:d");
}

TEST(ArrangeMessages, SystemMessagesComeFirstWhereTheyMust) {
  const std::vector<Message> messages = {UserText("a"), System("s"), UserText("b"), System("t"),
                                         AssistantText("c")};
  EXPECT_EQ(Arranged(messages, true), "U:a S:s U:b S:t A:c");
  EXPECT_EQ(Arranged(messages, false), "S:s\n\nt U:a\n\nb A:c");
  EXPECT_EQ(Arranged({UserText("a"), System("s")}, false), "S:s U:a");
  // System messages do not count as the last one.
  EXPECT_EQ(Arranged({UserText("a"), AssistantText(""), System("s")}, false), "S:s U:a");
  EXPECT_EQ(Arranged({UserText("a"), AssistantText("b"), UserText(""), System("s")}, false),
            "S:s U:a A:b U:");
}

}  // namespace
}  // namespace edgevlm
