// edgevlm chat [FILE]: a conversation in the terminal.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/chat/entry_reader.h"
#include "cli/chat/forget_turns.h"
#include "cli/chat/interrupts.h"
#include "cli/chat/line_reader.h"
#include "cli/chat/pasted_path.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/session_file.h"
#include "cli/speech_input.h"
#include "cli/video/media.h"
#include "cli/video/video_replies.h"
#include "edgevlm/count_tokens.h"

namespace edgevlm {
namespace {

constexpr const char* kChatHelp =
    "/image PATH   show an image or a video; the next message is about it\n"
    "/sound PATH   the same for a sound file; of a model that reads none, --whisper writes it "
    "down\n"
    "/image        go on without the images and sounds that no message was about yet\n"
    "/clear        forget the conversation\n"
    "/help         this text\n"
    "/quit         leave, as Ctrl-D does\n"
    "Lines between two lines \"\"\" are one message, as is a block that is pasted at once.\n"
    "Ctrl-C stops a reply.\n";

constexpr const char* kPipeHelp =
    "From a file or a pipe all lines up to the next command are one message; with --json each\n"
    "line is one.\n";

bool IsFile(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

std::string HomeFolder() {
  const char* home = std::getenv("HOME");
  return home == nullptr ? "" : home;
}

std::string TextOf(const Message& message) {
  std::string text;
  for (const Part& part : message.parts) text += part.text;
  return text;
}

class ChatCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    reply_.decode.max_tokens = 512;
    app.add_option("FILE", image_, "image, video or sound file to begin with")->type_name("");
    app.add_option("--system", system_, "what the model is told before the conversation")
        ->type_name("TEXT");
    reply_.Declare(app);
    model_.DeclareAll(app);
    model_.DeclareThreadGroup(app);
    model_.DeclareSpeculation(app);
    session_file_.Declare(app);
    DeclareVideo(app, video_);
    speech_.Declare(app);
    GroupOptions(
        app, {"--model", "--whisper", "--system", "--max-tokens", "--temperature", "--threads"});
    app.footer(std::string("In the conversation:\n") + kChatHelp + kPipeHelp +
               "Examples:\n"
               "  edgevlm chat photo.jpg\n"
               "  edgevlm chat -m tinyllama-1.1b-chat.Q4_K_M.gguf --temperature 0.7\n"
               "  (echo 'Sum this up:'; cat notes.md) | edgevlm chat -m model.gguf\n"
               "  printf '/image a.png\\nwhat is this?\\n' | edgevlm chat -m model.gguf --json");
  }

  ExitCode Run(Output& output) override {
    model_.image_cache_bytes = kImageCacheBytes;
    const Result<Engine> engine = LoadEngine(model_);
    if (!engine) return Fail(engine.error());
    engine_ = &*engine;
    Interrupts interrupts;
    session_.emplace(*engine, SessionOptions{.is_cancelled = [&interrupts] {
      return interrupts.wants_stop() || interrupts.wants_end();
    }});
    if (auto error = Resume()) return Fail(*error);
    if (!image_.empty()) {
      if (auto error = Show(image_)) return Fail(*error);
    }
    const ExitCode code = Talk(interrupts, output);
    if (auto error = session_file_.Save(*session_, messages_)) return Fail(*error);
    return IsForPeople() ? ExitCode::kDone : code;
  }

 private:
  enum class Next { kGoOn, kLeave };

  // With --json, or input or output redirected, prints nothing but replies.
  bool IsForPeople() const {
    return !reply_.json && isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
  }
  // Piped input is usually one prepared text, unless a program writes it.
  EntryReader::Messages MessageForm() const {
    return reply_.json || isatty(STDIN_FILENO) != 0 ? EntryReader::Messages::kLines
                                                    : EntryReader::Messages::kDocuments;
  }

  ExitCode Talk(Interrupts& interrupts, Output& output) {
    const std::unique_ptr<LineReader> lines =
        IsForPeople() ? MakeTerminalReader(interrupts) : MakePlainReader(interrupts);
    EntryReader entries(*lines, MessageForm());
    if (IsForPeople()) {
      PrintNotice(engine_->info());
      output.Print("/help tells what else can be typed.\n");
    }
    ExitCode code = ExitCode::kDone;
    Next next = Next::kGoOn;
    while (next == Next::kGoOn && (IsForPeople() || !interrupts.wants_stop())) {
      interrupts.Clear();
      const Result<Next> taken = Handle(entries.Next(), output);
      if (!taken) code = Fail(taken.error());
      next = taken ? *taken : Next::kGoOn;
    }
    return code;
  }

  Result<Next> Handle(const Entry& entry, Output& output) {
    switch (entry.kind) {
      case Entry::Kind::kMessage:
        return Send(entry.text, output);
      case Entry::Kind::kFile:
        if (auto error = ShowNext(entry.text)) return *error;
        return Next::kGoOn;
      case Entry::Kind::kClear:
        Clear();
        return Next::kGoOn;
      case Entry::Kind::kHelp:
        return output.Print(kChatHelp) ? Next::kGoOn : Next::kLeave;
      case Entry::Kind::kStopped:
        return IsForPeople() && output.Print("\n") ? Next::kGoOn : Next::kLeave;
      case Entry::Kind::kEnd:
        if (IsForPeople()) output.Print("\n");
        return Next::kLeave;
      case Entry::Kind::kQuit:
        return Next::kLeave;
    }
    return Next::kLeave;
  }

  // Starts with the conversation of the session's file, if any.
  MaybeError Resume() {
    Clear();
    Result<std::vector<Message>> messages = session_file_.Restore(*session_);
    if (!messages) return messages.error();
    if (messages->empty()) return std::nullopt;
    messages_ = *std::move(messages);
    const Message& first = messages_.front();
    const std::string before = first.role == Role::kSystem ? TextOf(first) : "";
    if (system_.empty()) {
      system_ = before;
    } else if (system_ != before) {
      PrintError(
          "--system: the session has another one, which stays; /clear begins anew with this");
    }
    return std::nullopt;
  }

  void Clear() {
    messages_.clear();
    shown_.clear();
    not_shown_.clear();
    if (!system_.empty()) {
      messages_.push_back({.role = Role::kSystem, .parts = {{.text = system_}}});
    }
  }

  MaybeError Show(const std::string& path) {
    auto media = ReadMedia(path, video_, *engine_, "");
    if (!media) return media.error();
    if (media->video) return ShowVideo(path, *media);
    if (media->is_sound) {
      auto heard = speech_.Hear(path, media->file, *engine_, model_);
      if (!heard) return heard.error();
      shown_.push_back(std::move(heard->part));
      return std::nullopt;
    }
    const auto image = engine_->GetImage(media->file);
    if (!image) return image.error().In(path);
    shown_.push_back({.image = *image});
    return std::nullopt;
  }

  MaybeError ShowVideo(const std::string& path, const Media& media) {
    VideoRequest request = {.path = path, .choice = video_};
    if (auto error = request.Hear(media.file, speech_, *engine_, model_)) return error;
    Result<EncodedVideo> video = EncodeFrames(*media.video, video_, engine_->info(), *session_);
    if (!video) return video.error().In(path);
    std::ranges::move(video->parts, std::back_inserter(shown_));
    Part& sound = request.sound.part;
    if (sound.image != nullptr || !sound.text.empty()) shown_.push_back(std::move(sound));
    return std::nullopt;
  }

  // /image. If it fails, the next message must not be sent without the image.
  MaybeError ShowNext(const std::string& typed) {
    not_shown_.clear();
    if (typed.empty()) {
      shown_.clear();
      return std::nullopt;
    }
    // Standard input already provides the messages.
    const std::string path = typed == "-" ? "./-" : PathOfPasted(typed, IsFile, HomeFolder());
    auto error = Show(path);
    if (error) not_shown_ = path;
    return error;
  }

  Result<Next> Send(const std::string& text, Output& output) {
    if (!not_shown_.empty()) {
      return Error{ErrorCode::kInvalid,
                   "chat: not answered, since " + not_shown_ +
                       " could not be shown: /image PATH shows another image, /image alone goes "
                       "on without"};
    }
    const Result<Reply> reply = Answer(text, output);
    if (!reply) return reply.error();
    // Everything is saved at the end; until then messages only, so that a crash loses none, because
    // keys and values may be large.
    const MaybeError not_saved = session_file_.Save(*session_, messages_, SavedParts::kMessages);
    bool printed = true;
    if (reply_.json) {
      nlohmann::json object = ToJson(*reply);
      object["message"] = text;
      object["reply"] = reply->text;
      printed = output.PrintJson(object);
    } else {
      printed = output.Print("\n");
    }
    reply_.PrintAfter(*reply, engine_->info());
    if (!printed) return Next::kLeave;
    if (not_saved) return *not_saved;
    return Next::kGoOn;
  }

  // The reply to one more message; both are added to the conversation.
  Result<Reply> Answer(const std::string& text, Output& output) {
    Message message = {.role = Role::kUser, .parts = shown_};
    message.parts.push_back({.text = text});
    std::vector<Message> messages = messages_;
    messages.push_back(std::move(message));
    Result<std::vector<Message>> kept = Fitting(messages);
    if (!kept) return kept.error();
    OnText on_text;
    if (!reply_.json) on_text = PrintTo(output);
    Result<Reply> reply = session_->Chat(*kept, reply_.decode, on_text);
    // Cancelled before any text: the message is dropped.
    if (!reply || (reply->text.empty() && reply->finish_reason == FinishReason::kCancelled)) {
      return reply;
    }
    messages_ = *std::move(kept);
    messages_.push_back({.role = Role::kAssistant, .parts = {{.text = reply->text}}});
    shown_.clear();
    return reply;
  }

  // Drops the oldest exchanges if the context would have no capacity for a reply.
  Result<std::vector<Message>> Fitting(std::span<const Message> messages) const {
    const auto count = [this](std::span<const Message> some) {
      return CountPromptTokens(*engine_, some);
    };
    const int context = engine_->info().context_tokens;
    Result<std::vector<Message>> kept = ForgetOldTurns(
        messages, {.context_tokens = context, .reply_tokens = reply_.decode.max_tokens}, count);
    if (kept && kept->size() < messages.size()) {
      PrintError("chat: the conversation is longer than the context of " + std::to_string(context) +
                 " tokens (-c): forgot its beginning");
    }
    return kept;
  }

  std::string image_;
  std::string system_;
  ReplyOptions reply_;
  ModelOptions model_;
  SessionFile session_file_;
  VideoChoice video_;
  const Engine* engine_ = nullptr;
  std::optional<Session> session_;
  std::vector<Message> messages_;
  SpeechInput speech_;
  std::vector<Part> shown_;  // images, and texts about sounds, for the next message
  std::string not_shown_;    // the path of a file that could not be read
};

}  // namespace

std::unique_ptr<Command> MakeChatCommand() { return std::make_unique<ChatCommand>(); }

}  // namespace edgevlm
