// Interactive conversations on a terminal.
#include "terminal.h"

#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "program.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// What the line editor writes when it is ready for the next line.
constexpr const char* kReady = "\033[?2004h";

class TerminalTest : public ::testing::Test {
 protected:
  std::string Asked(const std::string& question) const {
    return RunEdgevlm({"ask", image_, question}).output;
  }
  // The first line of the reply.
  std::string ReplyTo(const std::string& question) const {
    const std::string reply = Asked(question);
    return reply.substr(0, reply.find('\n'));
  }
  // The contents of a session's file, as reported by a program that resumes it.
  bool HoldsAnExchange(const std::string& session) const {
    const Outcome outcome = RunEdgevlm(
        {"chat", "-m", tiny_, "--json", "--session", session, "--max-tokens", "2"}, "x\n");
    const json object = json::parse(outcome.output, nullptr, false);
    return object.is_object() && object["prompt_tokens"] > 40;
  }
  std::vector<std::string> Tiny(const std::string& session, const std::string& tokens) const {
    return {"chat", "-m", tiny_, "--session", session, "--max-tokens", tokens};
  }

  const TestFolder folder_;
  const std::string image_ = folder_.Write("picture.ppm", PpmImage());
  const std::string tiny_ = DataPath("tiny-text.gguf");
};

TEST_F(TerminalTest, AnswersWhatIsTyped) {
  Terminal terminal({"chat", image_});
  EXPECT_THAT(terminal.ReadUntil(kReady), HasSubstr("drawn scenes only"));
  terminal.Type("what do you see?\r");
  terminal.ReadUntil("\n");
  const std::string output = terminal.ReadUntil(kReady);
  EXPECT_THAT(output, HasSubstr(ReplyTo("what do you see?")));
  terminal.Type("\x04");
  EXPECT_EQ(terminal.Wait(), 0);
}

TEST_F(TerminalTest, LinesCanBeEditedAndRecalled) {
  Terminal terminal({"chat", image_});
  terminal.ReadUntil(kReady);
  // "whit" becomes "what", with the cursor moved by keys; the e with its accent is one character.
  terminal.Type("whit\033[D\177a\033[C do you s\xC3\xA9\177ee?\r");
  terminal.ReadUntil("\n");
  EXPECT_THAT(terminal.ReadUntil(kReady), HasSubstr(ReplyTo("what do you see?")));
  terminal.Type("\033[A\r");
  terminal.ReadUntil("\n");
  EXPECT_THAT(terminal.ReadUntil(kReady), HasSubstr(ReplyTo("what do you see?")));
}

TEST_F(TerminalTest, APastedBlockIsOneMessage) {
  const std::string block = "what do\n/clear\nyou see?";
  Terminal terminal({"chat", image_});
  terminal.ReadUntil(kReady);
  terminal.Type("\033[200~what do\r/clear\ryou see?\r\033[201~");
  terminal.ReadUntil("you see?");
  terminal.Type("\r");
  terminal.ReadUntil("\n");
  EXPECT_THAT(terminal.ReadUntil(kReady), HasSubstr(ReplyTo(block)));
  terminal.Type("\"\"\"\rwhat do\r");
  terminal.ReadUntil("... ");
  terminal.Type("/clear\ryou see?\r\"\"\"\r");
  EXPECT_THAT(terminal.ReadUntil(ReplyTo(block)), HasSubstr("/clear"));
}

TEST_F(TerminalTest, CtrlCClearsTheLineAndCtrlDLeaves) {
  Terminal terminal({"chat", image_});
  terminal.ReadUntil(kReady);
  terminal.Type("never sent");
  terminal.ReadUntil("sent");
  terminal.Type("\x03");
  terminal.ReadUntil(kReady);
  terminal.Type("what do you see?\r");
  terminal.ReadUntil("\n");
  EXPECT_THAT(terminal.ReadUntil(kReady), HasSubstr(ReplyTo("what do you see?")));
  terminal.Type("\x04");
  EXPECT_EQ(terminal.Wait(), 0);
}

TEST_F(TerminalTest, CtrlCStopsAReply) {
  const std::string session = folder_.Path("session");
  Terminal terminal(Tiny(session, "100000"));
  terminal.ReadUntil(kReady);
  terminal.Type("hello\r");
  terminal.ReadUntil("\n");
  terminal.Type("\x03");
  terminal.ReadUntil(kReady);
  terminal.Type("/quit\r");
  EXPECT_EQ(terminal.Wait(), 0);
}

TEST_F(TerminalTest, TimingsStartOnANewLine) {
  Terminal terminal({"chat", "-v", image_});
  terminal.ReadUntil(kReady);
  terminal.Type("what do you see?\r");
  const std::string output = terminal.ReadUntil("total ");
  EXPECT_THAT(output, HasSubstr(ReplyTo("what do you see?") + "\r\ndecode "));
}

TEST_F(TerminalTest, ASessionIsSavedAfterEveryReply) {
  const std::string session = folder_.Path("session");
  Terminal terminal(Tiny(session, "8"));
  terminal.ReadUntil(kReady);
  EXPECT_FALSE(std::filesystem::exists(session));
  terminal.Type("hello there, what are you?\r");
  terminal.ReadUntil("\n");
  terminal.ReadUntil(kReady);
  terminal.Signal(SIGKILL);
  EXPECT_EQ(terminal.Wait(), -1);
  EXPECT_TRUE(HoldsAnExchange(session));
}

TEST_F(TerminalTest, SignalsEndItInOrder) {
  for (const int signal : {SIGTERM, SIGHUP}) {
    const std::string session = folder_.Path("session" + std::to_string(signal));
    // While a line is being typed.
    Terminal typing(Tiny(session, "8"));
    typing.ReadUntil(kReady);
    typing.Type("half a li");
    typing.ReadUntil("li");
    typing.Signal(signal);
    EXPECT_EQ(typing.Wait(), 0);
    // While a reply is generated.
    Terminal speaking(Tiny(session, "100000"));
    speaking.ReadUntil(kReady);
    speaking.Type("hello there, what are you?\r");
    speaking.ReadUntil("\n");
    speaking.Signal(signal);
    EXPECT_EQ(speaking.Wait(), 0);
  }
}

TEST_F(TerminalTest, AClosedWindowEndsIt) {
  const std::string session = folder_.Path("session");
  Terminal terminal(Tiny(session, "8"));
  terminal.ReadUntil(kReady);
  terminal.Type("hello there, what are you?\r");
  terminal.ReadUntil("\n");
  terminal.ReadUntil(kReady);
  terminal.Close();
  EXPECT_EQ(terminal.Wait(), 0);
  EXPECT_TRUE(HoldsAnExchange(session));
}

}  // namespace
}  // namespace edgevlm
