// edgevlm ask FILE QUESTION: answers a question about an image or a video.
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/session_file.h"
#include "cli/video/video_replies.h"

namespace edgevlm {
namespace {

class AskCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.add_option(
           "FILE", path_,
           "JPEG, PNG, WebP or PPM file, a video, or a folder of its frames; - reads standard\n"
           "input")
        ->required()
        ->type_name("");
    app.add_option("QUESTION", question_, "in plain words")->required()->type_name("");
    reply_.Declare(app);
    model_.DeclareAll(app);
    model_.DeclareThreadGroup(app);
    model_.DeclareSpeculation(app);
    session_file_.Declare(app);
    video_.Declare(app);
    GroupOptions(app,
                 {"--model", "--max-tokens", "--temperature", "--threads", "--frames", "--json"});
    app.footer(
        "Examples:\n"
        "  edgevlm ask photo.png \"how many dogs are there?\"\n"
        "  edgevlm ask photo.png \"what is left of the circle?\" --json\n"
        "  edgevlm ask clip.mp4 \"what happens?\" --frames scene:8 --from 10 --to 20\n"
        "  edgevlm ask photo.png \"and above it?\" --session photo.session   # not encoded twice");
  }

  ExitCode Run(Output& output) override {
    if (session_file_.is_given()) model_.image_cache_bytes = kImageCacheBytes;
    Result<Engine> engine = LoadEngine(model_);
    if (!engine) return Fail(engine.error());
    if (!reply_.json) PrintNotice(engine->info());
    Session session(*engine);
    const auto messages = session_file_.Restore(session);
    if (!messages) return Fail(messages.error());
    const auto media = ReadMedia(path_, video_, engine->info());
    if (!media) return Fail(media.error());
    const auto printed = media->video ? AskVideo(*media->video, engine->info(), session, output)
                                      : AskImage(media->image, engine->info(), session, output);
    if (!printed) return Fail(printed.error());
    if (auto error = session_file_.Save(session, *messages)) return Fail(*error);
    return ExitCode::kDone;
  }

 private:
  Result<bool> AskImage(const std::vector<std::byte>& file, const ModelInfo& model,
                        Session& session, Output& output) const {
    if (auto error = session.SetImage(file)) {
      return Error{error->code, path_ + ": " + error->message};
    }
    OnText on_text;
    if (reply_.stream) on_text = PrintTo(output);
    const Result<Reply> reply = session.Ask(question_, reply_.decode, on_text);
    if (!reply) return reply.error();
    const bool printed = PrintReply(*reply, output);
    reply_.PrintAfter(*reply, model);
    return printed;
  }

  Result<bool> AskVideo(const SelectedFrames& frames, const ModelInfo& model, Session& session,
                        Output& output) const {
    if (question_.empty()) {
      return Error{ErrorCode::kInvalid, "question: expected some text, found none"};
    }
    return ReplyAboutVideo({.path = path_, .question = question_, .choice = video_}, frames, reply_,
                           model, session, output);
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
  std::string question_;
  ReplyOptions reply_;
  ModelOptions model_;
  SessionFile session_file_;
  VideoChoice video_;
};

}  // namespace

std::unique_ptr<Command> MakeAskCommand() { return std::make_unique<AskCommand>(); }

}  // namespace edgevlm
