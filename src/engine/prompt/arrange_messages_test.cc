#include "engine/prompt/arrange_messages.h"

#include <gtest/gtest.h>

#include <string>

namespace edgevlm {
namespace {

Message Say(Role role, const std::string& text) {
  return {.role = role, .parts = {{.text = text}}};
}
Message System(const std::string& text) { return Say(Role::kSystem, text); }
Message User(const std::string& text) { return Say(Role::kUser, text); }
Message Assistant(const std::string& text) { return Say(Role::kAssistant, text); }
Message MakeImage() {
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
  EXPECT_EQ(Arranged({System("s"), User("a"), Assistant("b"), User("c")}), "S:s U:a A:b U:c");
  EXPECT_EQ(Arranged({User("a"), Assistant("b")}), "U:a A:b");
}

TEST(ArrangeMessages, JoinsNeighbors) {
  EXPECT_EQ(Arranged({User("a"), User("b"), Assistant("c"), Assistant("d"), User("e")}),
            "U:a\n\nb A:c\n\nd U:e");
  EXPECT_EQ(Arranged({User("what?"), MakeImage(), User("and?")}), "U:what?#and?");
}

TEST(ArrangeMessages, LeavesOutWhatSaysNothing) {
  EXPECT_EQ(Arranged({System(""), User("a"), User(""), Assistant("b"), User("")}), "U:a A:b U:");
  EXPECT_EQ(Arranged({User("a"), User("")}), "U:a");
  EXPECT_EQ(Arranged({User("a"), Assistant(""), User("c")}), "U:a A: U:c") << "turns alternate";
  EXPECT_EQ(Arranged({User("a"), Assistant("")}), "U:a") << "a reply that has not begun";
  EXPECT_EQ(Arranged({User("a"), Assistant("b"), User(""), Assistant("c"), User("d")}),
            "U:a A:b\n\nc U:d");
}

TEST(ArrangeMessages, SystemMessagesComeFirstWhereTheyMust) {
  const std::vector<Message> messages = {User("a"), System("s"), User("b"), System("t"),
                                         Assistant("c")};
  EXPECT_EQ(Arranged(messages, true), "U:a S:s U:b S:t A:c");
  EXPECT_EQ(Arranged(messages, false), "S:s\n\nt U:a\n\nb A:c");
  EXPECT_EQ(Arranged({User("a"), System("s")}, false), "S:s U:a");
  // System messages do not count as the last one.
  EXPECT_EQ(Arranged({User("a"), Assistant(""), System("s")}, false), "S:s U:a");
  EXPECT_EQ(Arranged({User("a"), Assistant("b"), User(""), System("s")}, false), "S:s U:a A:b U:");
}

}  // namespace
}  // namespace edgevlm
