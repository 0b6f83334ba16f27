// edgevlm caption FILE...: describes images and videos.
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/session_file.h"
#include "cli/speech_input.h"
#include "cli/video/video_replies.h"

namespace edgevlm {
namespace {

class CaptionCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.add_option("FILE", paths_,
                   "JPEG, PNG, WebP or PPM files, videos, folders of frames, or a camera\n"
                   "(/dev/video0); - reads standard input")
        ->required()
        ->type_name("");
    reply_.Declare(app);
    model_.DeclareAll(app);
    model_.DeclareThreadGroup(app);
    model_.DeclareSpeculation(app);
    session_file_.Declare(app);
    DeclareVideo(app, video_);
    speech_.Declare(app);
    GroupOptions(app, {"--model", "--whisper", "--max-tokens", "--temperature", "--threads",
                       "--frames", "--json"});
    app.footer(
        "Examples:\n"
        "  edgevlm caption photo.png\n"
        "  edgevlm caption --json *.jpg > captions.jsonl\n"
        "  edgevlm caption clip.mp4 --frames scene:8\n"
        "  cat photo.png | edgevlm caption -\n"
        "A file that cannot be read does not stop the others, but makes the exit code 1.");
  }

  ExitCode Run(Output& output) override {
    model_.image_cache_bytes = ImageCacheFor(paths_, session_file_.is_given());
    Result<Engine> engine = LoadEngine(model_);
    if (!engine) return Fail(engine.error());
    if (!reply_.json) PrintNotice(engine->info());
    Session session(*engine);
    const auto messages = session_file_.Restore(session);
    if (!messages) return Fail(messages.error());
    ExitCode code = ExitCode::kDone;
    for (const std::string& path : paths_) {
      const Result<bool> printed = CaptionOne(path, *engine, session, output);
      if (!printed) {
        code = Fail(printed.error());
      } else if (!*printed) {
        break;
      }
    }
    if (auto error = session_file_.Save(session, *messages)) return Fail(*error);
    return code;
  }

 private:
  // Whether the caption could be printed.
  Result<bool> CaptionOne(const std::string& path, const Engine& engine, Session& session,
                          Output& output) {
    const ModelInfo& model = engine.info();
    const auto media = ReadMedia(path, video_, engine, "");
    if (!media) return media.error();
    const std::string title = paths_.size() > 1 ? Printable(path) + ": " : "";
    if (media->video) {
      VideoRequest request = {.path = path, .title = title, .question = {}, .choice = video_};
      if (auto error = request.Hear(media->file, speech_, engine, model_)) return *error;
      const auto printed = ReplyAboutVideo(request, *media->video, reply_, model, session, output);
      if (printed) return printed;
      return printed.error().In(path);
    }
    if (auto error = session.SetImage(media->file)) {
      return error->In(path);
    }
    if (reply_.stream && !output.Print(title)) return false;
    OnText on_text;
    if (reply_.stream) on_text = PrintTo(output);
    const Result<Reply> reply = session.Caption(reply_.decode, on_text);
    if (!reply) return reply.error().In(path);
    const bool printed = PrintReply(*reply, path, title, output);
    reply_.PrintAfter(*reply, model);
    return printed;
  }

  bool PrintReply(const Reply& reply, const std::string& image, const std::string& title,
                  Output& output) const {
    if (reply_.stream) return output.Print("\n");
    if (!reply_.json) return output.Print(title + PrintableText(reply.text) + "\n");
    nlohmann::json object = ToJson(reply);
    object["image"] = image;
    object["caption"] = reply.text;
    return output.PrintJson(object);
  }

  std::vector<std::string> paths_;
  ReplyOptions reply_;
  ModelOptions model_;
  SessionFile session_file_;
  VideoChoice video_;
  SpeechInput speech_;
};

}  // namespace

std::unique_ptr<Command> MakeCaptionCommand() { return std::make_unique<CaptionCommand>(); }

}  // namespace edgevlm
