// edgevlm ask FILE QUESTION: answers a question about an image, a video, a recording, or both.
#include <string>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/session_file.h"
#include "cli/speech_input.h"
#include "cli/video/video_replies.h"

namespace edgevlm {
namespace {

class AskCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.add_option(
           "FILE", path_,
           "JPEG, PNG, WebP or PPM file, a video, a folder of its frames, a camera (/dev/video0),\n"
           "or a sound file; - reads standard input")
        ->required()
        ->type_name("");
    app.add_option("QUESTION", question_, "in plain words")->required()->type_name("");
    reply_.Declare(app);
    model_.DeclareAll(app);
    model_.DeclareThreadGroup(app);
    model_.DeclareSpeculation(app);
    session_file_.Declare(app);
    DeclareVideo(app, video_);
    app.add_option("--sound", sound_, "sound file beside an image, or in place of a video's track")
        ->type_name("FILE");
    speech_.Declare(app);
    GroupOptions(app, {"--model", "--sound", "--whisper", "--max-tokens", "--temperature",
                       "--threads", "--frames", "--json"});
    app.footer(
        "Examples:\n"
        "  edgevlm ask photo.png \"how many dogs are there?\"\n"
        "  edgevlm ask photo.png \"what is left of the circle?\" --json\n"
        "  edgevlm ask clip.mp4 \"what happens?\" --frames scene:8 --from 10 --to 20\n"
        "  edgevlm ask photo.png \"and above it?\" --session photo.session   # not encoded twice\n"
        "  edgevlm ask clip.mp4 \"what is he explaining?\" --whisper whisper-base.gguf\n"
        "  edgevlm ask talk.mp3 \"who is it about?\" -m model.gguf --whisper whisper-base.gguf");
  }

  ExitCode Run(Output& output) override {
    model_.image_cache_bytes = kFrameCacheBytes;
    Result<Engine> engine = LoadEngine(model_);
    if (!engine) return Fail(engine.error());
    if (!reply_.json) PrintNotice(engine->info());
    Session session(*engine);
    const auto messages = session_file_.Restore(session);
    if (!messages) return Fail(messages.error());
    const auto media = ReadMedia(path_, video_, *engine, question_);
    if (!media) return Fail(media.error());
    const auto sound = AboutSound();
    if (!sound) return Fail(sound.error());
    const auto printed = media->video ? AskVideo(*media, *sound, engine->info(), session, output)
                                      : AskFile(*media, *sound, engine->info(), session, output);
    if (!printed) return Fail(printed.error());
    if (auto error = session_file_.Save(session, *messages)) return Fail(*error);
    return ExitCode::kDone;
  }

 private:
  // The part of the prompt about the sound beside the image.
  Result<std::string> AboutSound() {
    if (sound_.empty()) return std::string();
    return speech_.PromptAbout(sound_, {}, model_);
  }

  Result<Reply> Answer(const Media& media, const std::string& sound, Session& session,
                       const OnText& on_text) {
    if (media.is_sound) {
      const auto about = speech_.PromptAbout(path_, media.file, model_);
      if (!about) return about.error();
      const Message message = {.role = Role::kUser,
                               .parts = {{.text = *about + sound + question_}}};
      return session.Chat({&message, 1}, reply_.decode, on_text);
    }
    if (auto error = session.SetImage(media.file)) {
      return Error{error->code, path_ + ": " + error->message};
    }
    return session.Ask(sound + question_, reply_.decode, on_text);
  }

  Result<bool> AskFile(const Media& media, const std::string& sound, const ModelInfo& model,
                       Session& session, Output& output) {
    OnText on_text;
    if (reply_.stream) on_text = PrintTo(output);
    const Result<Reply> reply = Answer(media, sound, session, on_text);
    if (!reply) return reply.error();
    const bool printed = PrintReply(*reply, output);
    reply_.PrintAfter(*reply, model);
    return printed;
  }

  Result<bool> AskVideo(const Media& media, const std::string& sound, const ModelInfo& model,
                        Session& session, Output& output) {
    if (question_.empty()) {
      return Error{ErrorCode::kInvalid, "question: expected some text, found none"};
    }
    VideoRequest request = {.path = path_, .question = question_, .choice = video_, .sound = sound};
    // A sound of its own takes the place of the track.
    if (sound_.empty()) {
      if (auto error = request.Hear(media.file, speech_, model_)) return *error;
    }
    return ReplyAboutVideo(request, *media.video, reply_, model, session, output);
  }

  bool PrintReply(const Reply& reply, Output& output) const {
    if (reply_.stream) return output.Print("\n");
    if (!reply_.json) return output.Print(PrintableText(reply.text) + "\n");
    nlohmann::json object = ToJson(reply);
    object["image"] = path_;
    object["question"] = question_;
    object["answer"] = reply.text;
    return output.PrintJson(object);
  }

  std::string path_;
  std::string sound_;
  std::string question_;
  SpeechInput speech_;
  ReplyOptions reply_;
  ModelOptions model_;
  SessionFile session_file_;
  VideoChoice video_;
};

}  // namespace

std::unique_ptr<Command> MakeAskCommand() { return std::make_unique<AskCommand>(); }

}  // namespace edgevlm
