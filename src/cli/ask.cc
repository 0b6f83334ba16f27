// edgevlm ask FILE QUESTION: answers a question about an image, a recording, or both.
#include <string>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/session_file.h"
#include "cli/speech_input.h"

namespace edgevlm {
namespace {

class AskCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.add_option("IMAGE", image_,
                   "JPEG, PNG, WebP or PPM file, or a sound file; - reads standard input")
        ->required()
        ->type_name("");
    app.add_option("QUESTION", question_, "in plain words")->required()->type_name("");
    reply_.Declare(app);
    model_.DeclareAll(app);
    model_.DeclareThreadGroup(app);
    model_.DeclareSpeculation(app);
    session_file_.Declare(app);
    app.add_option("--sound", sound_, "WAV, FLAC, Ogg or MP3 file beside the image")
        ->type_name("FILE");
    speech_.Declare(app);
    GroupOptions(app, {"--model", "--sound", "--whisper", "--max-tokens", "--temperature",
                       "--threads", "--json"});
    app.footer(
        "Examples:\n"
        "  edgevlm ask photo.png \"how many dogs are there?\"\n"
        "  edgevlm ask photo.png \"what is left of the circle?\" --json\n"
        "  edgevlm ask photo.png \"and above it?\" --session photo.session   # not encoded twice\n"
        "  edgevlm ask talk.mp3 \"who is it about?\" -m model.gguf --whisper whisper-base.gguf");
  }

  ExitCode Run(Output& output) override {
    if (session_file_.is_given()) model_.image_cache_bytes = kImageCacheBytes;
    Result<Engine> engine = LoadEngine(model_);
    if (!engine) return Fail(engine.error());
    if (!reply_.json) PrintNotice(engine->info());
    Session session(*engine);
    const auto messages = session_file_.Restore(session);
    if (!messages) return Fail(messages.error());
    const auto file = ReadInput(image_);
    if (!file) return Fail(file.error());
    OnText on_text;
    if (reply_.stream) on_text = PrintTo(output);
    const Result<Reply> reply = Answer(*file, session, on_text);
    if (!reply) return Fail(reply.error());
    PrintReply(*reply, output);
    reply_.PrintAfter(*reply, engine->info());
    if (auto error = session_file_.Save(session, *messages)) return Fail(*error);
    return ExitCode::kDone;
  }

 private:
  Result<Reply> Answer(std::span<const std::byte> file, Session& session, const OnText& on_text) {
    std::string question;
    if (!sound_.empty()) {
      const auto sound = ReadInput(sound_);
      if (!sound) return sound.error();
      auto about = speech_.PromptAbout(sound_, *sound, model_);
      if (!about) return about.error();
      question = *std::move(about);
    }
    if (IsSoundFile(file)) {
      auto about = speech_.PromptAbout(image_, file, model_);
      if (!about) return about.error();
      question += *about + question_;
      const Message message = {.role = Role::kUser, .parts = {{.text = question}}};
      return session.Chat({&message, 1}, reply_.decode, on_text);
    }
    if (auto error = session.SetImage(file)) {
      return Error{error->code, image_ + ": " + error->message};
    }
    return session.Ask(question + question_, reply_.decode, on_text);
  }

  bool PrintReply(const Reply& reply, Output& output) const {
    if (reply_.stream) return output.Print("\n");
    if (!reply_.json) return output.Print(PrintableText(reply.text) + "\n");
    nlohmann::json object = ToJson(reply);
    object["image"] = image_;
    object["question"] = question_;
    object["answer"] = reply.text;
    return output.PrintJson(object);
  }

  std::string image_;
  std::string sound_;
  std::string question_;
  SpeechInput speech_;
  ReplyOptions reply_;
  ModelOptions model_;
  SessionFile session_file_;
};

}  // namespace

std::unique_ptr<Command> MakeAskCommand() { return std::make_unique<AskCommand>(); }

}  // namespace edgevlm
