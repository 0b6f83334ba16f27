#include "cli/chat/entry_reader.h"

#include <gtest/gtest.h>

#include <deque>

namespace edgevlm {
namespace {

// Returns given lines.
class GivenLines final : public LineReader {
 public:
  explicit GivenLines(std::deque<InputLine> lines) : lines_(std::move(lines)) {}
  InputLine Read(const char* prompt) override {
    prompts += prompt;
    if (lines_.empty()) return {};
    InputLine line = std::move(lines_.front());
    lines_.pop_front();
    return line;
  }

  std::string prompts;

 private:
  std::deque<InputLine> lines_;
};

std::deque<InputLine> LinesOf(const std::string& text) {
  std::deque<InputLine> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    lines.push_back({.kind = InputLine::Kind::kText, .text = text.substr(begin, end - begin)});
    begin = end + 1;
  }
  return lines;
}

// All entries up to the end: messages in brackets, commands by a letter.
std::string EntriesOf(std::deque<InputLine> given, EntryReader::Messages messages) {
  GivenLines lines(std::move(given));
  EntryReader entries(lines, messages);
  std::string collected;
  while (true) {
    const Entry entry = entries.Next();
    switch (entry.kind) {
      case Entry::Kind::kMessage:
        collected += "[" + entry.text + "]";
        break;
      case Entry::Kind::kFile:
        collected += "i(" + entry.text + ")";
        break;
      case Entry::Kind::kClear:
        collected += "c";
        break;
      case Entry::Kind::kHelp:
        collected += "h";
        break;
      case Entry::Kind::kQuit:
        collected += "q";
        break;
      case Entry::Kind::kStopped:
        collected += "^";
        break;
      case Entry::Kind::kEnd:
        return collected;
    }
  }
}

std::string Typed(const std::string& text) {
  return EntriesOf(LinesOf(text), EntryReader::Messages::kLines);
}
std::string Piped(const std::string& text) {
  return EntriesOf(LinesOf(text), EntryReader::Messages::kDocuments);
}

TEST(EntryReader, LinesAreMessagesOrCommands) {
  EXPECT_EQ(Typed("one\n\n  two  \n/image a b.png\n/clear\n/help\n/quit\n/exit\n"),
            "[one][two]i(a b.png)chqq");
  EXPECT_EQ(Typed(""), "");
  EXPECT_EQ(Typed(" \n\t\n"), "");
}

TEST(EntryReader, OnlyCommandsAreCommands) {
  for (const char* text :
       {"/etc/hosts is empty, why?", "/dance", "/images/a.png", "/clear the table", "/help me", "/",
        "//", "/quit now", "/Image a.png", "a /clear"}) {
    EXPECT_EQ(Typed(std::string(text) + "\n"), "[" + std::string(text) + "]");
  }
  EXPECT_EQ(Typed("/image\n  /image\tx.png \n"), "i()i(x.png)");
  EXPECT_EQ(Typed("/sound my talk.mp3\n"), "i(my talk.mp3)");
}

TEST(EntryReader, ADocumentIsOneMessage) {
  EXPECT_EQ(Piped("# Title\n\n    code\nend\n\n"), "[# Title\n\n    code\nend]");
  EXPECT_EQ(Piped("\n\nwhat is this?\n"), "[what is this?]");
  EXPECT_EQ(Piped("/image a.png\nwhat\nis this?\n/clear\nmore\n"),
            "i(a.png)[what\nis this?]c[more]");
  EXPECT_EQ(Piped("/image a.png\n/image b.png\n\n/quit\n"), "i(a.png)i(b.png)q");
  EXPECT_EQ(Piped("a\n\"\"\"\nb\n\"\"\"\n"), "[a\n\"\"\"\nb\n\"\"\"]")
      << "marks inside a document are its own";
}

TEST(EntryReader, ABlockIsOneMessage) {
  const std::string block = "\"\"\"\n  one\n\n/clear\ntwo \n\"\"\"\n";
  EXPECT_EQ(Typed(block + "three\n"), "[  one\n\n/clear\ntwo ][three]");
  EXPECT_EQ(Piped(block + block), "[  one\n\n/clear\ntwo ][  one\n\n/clear\ntwo ]");
  EXPECT_EQ(Typed("\"\"\"\n \n\"\"\"\nx\n"), "[x]");
  EXPECT_EQ(Typed("\"\"\"\none\n"), "[one]") << "the end ends it too";
  GivenLines lines(LinesOf(block));
  static_cast<void>(EntryReader(lines, EntryReader::Messages::kLines).Next());
  EXPECT_EQ(lines.prompts, "> ... ... ... ... ... ");
}

TEST(EntryReader, APastedBlockIsOneMessage) {
  EXPECT_EQ(EntriesOf({{.kind = InputLine::Kind::kText, .text = "one\n/clear\n\ntwo\n"}},
                      EntryReader::Messages::kLines),
            "[one\n/clear\n\ntwo]");
  EXPECT_EQ(EntriesOf({{.kind = InputLine::Kind::kText, .text = "/image a.png\nwhat is it?"}},
                      EntryReader::Messages::kLines),
            "[/image a.png\nwhat is it?]");
}

TEST(EntryReader, CtrlCDropsWhatWasTyped) {
  std::deque<InputLine> lines = LinesOf("\"\"\"\nin a block\n");
  lines.push_back({.kind = InputLine::Kind::kStopped});
  lines.push_back({.kind = InputLine::Kind::kText, .text = "next"});
  EXPECT_EQ(EntriesOf(lines, EntryReader::Messages::kLines), "^[next]");
}

TEST(EntryReader, MemoryHasAnEnd) {
  const std::string line(LineReader::kMaxLineBytes, 'a');
  std::deque<InputLine> lines;
  for (int i = 0; i < 5; ++i) lines.push_back({.kind = InputLine::Kind::kText, .text = line});
  EXPECT_LE(EntriesOf(lines, EntryReader::Messages::kDocuments).size(), 2 * line.size());
}

}  // namespace
}  // namespace edgevlm
