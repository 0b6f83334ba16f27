// edgevlm chat [IMAGE]: a conversation in the terminal.
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/session_file.h"

namespace edgevlm {
namespace {

constexpr const char* kHelp =
    "/image PATH   show a picture; the next message is about it\n"
    "/clear        forget the conversation\n"
    "/help         this text\n"
    "/quit         leave, as Ctrl-D does\n"
    "Ctrl-C stops a reply.\n";

volatile std::sig_atomic_t interrupted = 0;

// While it lives, Ctrl-C sets `interrupted` and wakes a read that waits.
class InterruptGuard {
 public:
  InterruptGuard() {
    struct sigaction action = {};
    action.sa_handler = [](int) { interrupted = 1; };
    sigaction(SIGINT, &action, &before_);
  }
  ~InterruptGuard() { sigaction(SIGINT, &before_, nullptr); }
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  struct sigaction before_ = {};
};

struct FreeLine {
  void operator()(char* line) const { std::free(line); }
};

// A line of standard input without its end; nothing at the end of the input. Empty after Ctrl-C.
std::optional<std::string> ReadLine() {
  interrupted = 0;
  char* data = nullptr;
  std::size_t capacity = 0;
  errno = 0;
  const ssize_t size = getline(&data, &capacity, stdin);
  const std::unique_ptr<char, FreeLine> line(data);
  if (size < 0) {
    if (errno != EINTR) return std::nullopt;
    std::clearerr(stdin);
    return std::string();
  }
  std::string text(line.get(), static_cast<std::size_t>(size));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

std::string Trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

class ChatCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    reply_.decode.max_tokens = 512;
    app.add_option("IMAGE", image_, "picture to begin with")->type_name("");
    app.add_option("--system", system_, "what the model is told before the conversation")
        ->type_name("TEXT");
    reply_.Declare(app);
    model_.DeclareAll(app);
    model_.DeclareTeam(app);
    model_.DeclareSpeculation(app);
    session_file_.Declare(app);
    app.footer(std::string("In the conversation:\n") + kHelp +
               "Examples:\n"
               "  edgevlm chat photo.jpg\n"
               "  edgevlm chat -m tinyllama-1.1b-chat.Q4_K_M.gguf --temperature 0.7\n"
               "  printf '/image a.png\\nwhat is this?\\n' | edgevlm chat -m model.gguf --json");
  }

  ExitCode Run(Output& output) override {
    model_.image_cache_bytes = kImageCacheBytes;
    const Result<Engine> engine = LoadEngine(model_);
    if (!engine) return Fail(engine.error());
    engine_ = &*engine;
    session_.emplace(*engine);
    if (auto error = Begin()) return Fail(*error);
    if (!image_.empty()) {
      if (auto error = Show(image_)) return Fail(*error);
    }
    if (Interactive()) output.Print("/help tells what else can be typed.\n");
    const InterruptGuard guard;
    ExitCode code = ExitCode::kDone;
    while (true) {
      if (Interactive() && !output.Print("> ")) return code;
      const std::optional<std::string> line = ReadLine();
      if (!line) break;
      const Result<Next> next = Take(Trimmed(*line), output);
      if (!next) code = Fail(next.error());
      if (next && *next == Next::kLeave) break;
    }
    if (Interactive()) output.Print("\n");
    if (auto error = session_file_.Save(*session_, messages_)) return Fail(*error);
    return Interactive() ? ExitCode::kDone : code;
  }

 private:
  enum class Next { kGoOn, kLeave };

  // Prompts are for people; with --json or input from elsewhere, only replies are printed.
  bool Interactive() const { return !reply_.json && isatty(STDIN_FILENO) != 0; }

  // What one line asks for.
  Result<Next> Take(const std::string& line, Output& output) {
    if (line.empty()) {
      if (interrupted != 0 && Interactive()) output.Print("\n");
      return Next::kGoOn;
    }
    if (line == "/quit" || line == "/exit") return Next::kLeave;
    if (line == "/help") return output.Print(kHelp) ? Next::kGoOn : Next::kLeave;
    if (line == "/clear") {
      Clear();
      return Next::kGoOn;
    }
    if (line.starts_with("/image ")) {
      if (auto error = Show(Trimmed(line.substr(7)))) return *error;
      return Next::kGoOn;
    }
    if (line.front() == '/') {
      const std::string word = line.substr(0, line.find(' '));
      return Error{ErrorCode::kInvalid,
                   "chat: expected /image PATH, /clear, /help or /quit, found " + word};
    }
    return Say(line, output);
  }

  // With the conversation of the session's file; without one, afresh.
  MaybeError Begin() {
    Clear();
    Result<std::vector<Message>> messages = session_file_.Restore(*session_);
    if (!messages) return messages.error();
    if (!messages->empty()) messages_ = *std::move(messages);
    return std::nullopt;
  }

  void Clear() {
    messages_.clear();
    shown_.clear();
    if (!system_.empty()) {
      messages_.push_back({.role = Role::kSystem, .parts = {{.text = system_}}});
    }
  }

  MaybeError Show(const std::string& path) {
    const auto file = ReadInput(path);
    if (!file) return file.error();
    const auto image = engine_->FindImage(*file);
    if (!image) return Error{image.error().code, path + ": " + image.error().message};
    shown_.push_back({.image = *image});
    return std::nullopt;
  }

  Result<Next> Say(const std::string& text, Output& output) {
    Message message = {.role = Role::kUser, .parts = shown_};
    message.parts.push_back({.text = text});
    messages_.push_back(std::move(message));
    const Result<Reply> reply = Answer(output);
    if (!reply) {
      messages_.pop_back();
      return reply.error();
    }
    shown_.clear();
    messages_.push_back({.role = Role::kAssistant, .parts = {{.text = reply->text}}});
    if (reply_.verbose) PrintTimings(*reply);
    bool printed = true;
    if (reply_.json) {
      nlohmann::json object = ToJson(*reply);
      object["message"] = text;
      object["reply"] = reply->text;
      printed = output.PrintJson(object);
    } else {
      printed = output.Print("\n");
    }
    return printed ? Next::kGoOn : Next::kLeave;
  }

  // Answers the last message. A conversation that has become too long forgets its oldest exchanges.
  Result<Reply> Answer(Output& output) {
    const OnText print = PrintTo(output);
    const OnText on_text = [&](std::string_view piece) {
      return interrupted == 0 && (reply_.json || print(piece));
    };
    while (true) {
      Result<Reply> reply = session_->Chat(messages_, reply_.decode, on_text);
      if (reply || reply.error().code != ErrorCode::kTooLarge || !ForgetOldest()) return reply;
    }
  }

  // Whether there was an exchange before the last message.
  bool ForgetOldest() {
    const std::ptrdiff_t first = system_.empty() ? 0 : 1;
    if (std::ssize(messages_) < first + 3) return false;
    messages_.erase(messages_.begin() + first, messages_.begin() + first + 2);
    PrintError("chat: the conversation is longer than the model's context: forgot its beginning");
    return true;
  }

  std::string image_;
  std::string system_;
  ReplyOptions reply_;
  ModelOptions model_;
  SessionFile session_file_;
  const Engine* engine_ = nullptr;
  std::optional<Session> session_;
  std::vector<Message> messages_;
  std::vector<Part> shown_;  // pictures for the next message
};

}  // namespace

std::unique_ptr<Command> MakeChatCommand() { return std::make_unique<ChatCommand>(); }

}  // namespace edgevlm
