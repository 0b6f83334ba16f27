#include "cli/chat/pasted_path.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

std::string PathOf(const std::string& text, const std::string& file = "") {
  return PathOfPasted(
      text, [&file](const std::string& path) { return path == file; }, "/home/ann");
}

TEST(PathOfPasted, WhatNeedsNothingStays) {
  for (const char* text : {"a.png", "/tmp/my ducks.png", "it's.png", "100%25.png", "a~b", "~ann/x",
                           "C:/x.png", "", "-", "héron.jpg"}) {
    EXPECT_EQ(PathOf(text), text);
  }
}

TEST(PathOfPasted, ShellsQuotes) {
  EXPECT_EQ(PathOf("'my ducks.png'"), "my ducks.png");
  EXPECT_EQ(PathOf("\"my ducks.png\""), "my ducks.png");
  EXPECT_EQ(PathOf("/tmp/my\\ ducks\\ \\(2\\).png"), "/tmp/my ducks (2).png");
  EXPECT_EQ(PathOf("'/tmp/it'\\''s.png'"), "/tmp/it's.png");
  EXPECT_EQ(PathOf("\"a \\\"b\\\" \\n.png\""), "a \"b\" \\n.png");
  EXPECT_EQ(PathOf("a\\\\b.png"), "a\\b.png");
  EXPECT_EQ(PathOf("a.png\\"), "a.png\\");
}

TEST(PathOfPasted, Uris) {
  EXPECT_EQ(PathOf("file:///tmp/my%20ducks.png"), "/tmp/my ducks.png");
  EXPECT_EQ(PathOf("'file:///tmp/h%C3%A9ron.png'"), "/tmp/héron.png");
  EXPECT_EQ(PathOf("file://localhost/tmp/a.png"), "/tmp/a.png");
  EXPECT_EQ(PathOf("file:///a%zz%4%"), "/a%zz%4%") << "no escapes";
  EXPECT_EQ(PathOf("file:///a%00b"), "/a%00b") << "no path has that";
}

TEST(PathOfPasted, Home) { EXPECT_EQ(PathOf("~/my\\ ducks.png"), "/home/ann/my ducks.png"); }

TEST(PathOfPasted, AFileOfThatNameGoesFirst) {
  for (const char* text : {"'a'.png", "my\\ ducks.png", "~/a.png", "file:///a%20b"}) {
    EXPECT_EQ(PathOf(text, text), text);
  }
}

}  // namespace
}  // namespace edgevlm
