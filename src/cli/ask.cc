// edgevlm ask IMAGE QUESTION: answers a question about an image.
#include <string>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/session_file.h"

namespace edgevlm {
namespace {

class AskCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.add_option("IMAGE", image_, "JPEG, PNG, WebP or PPM file; - reads standard input")
        ->required()
        ->type_name("");
    app.add_option("QUESTION", question_, "in plain words")->required()->type_name("");
    reply_.Declare(app);
    model_.DeclareAll(app);
    model_.DeclareThreadGroup(app);
    model_.DeclareSpeculation(app);
    session_file_.Declare(app);
    GroupOptions(app, {"--model", "--max-tokens", "--temperature", "--threads", "--json"});
    app.footer(
        "Examples:\n"
        "  edgevlm ask photo.png \"how many dogs are there?\"\n"
        "  edgevlm ask photo.png \"what is left of the circle?\" --json\n"
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
    const auto file = ReadInput(image_);
    if (!file) return Fail(file.error());
    if (auto error = session.SetImage(*file)) {
      return Fail({error->code, image_ + ": " + error->message});
    }
    OnText on_text;
    if (reply_.stream) on_text = PrintTo(output);
    const Result<Reply> reply = session.Ask(question_, reply_.decode, on_text);
    if (!reply) return Fail(reply.error());
    PrintReply(*reply, output);
    reply_.PrintAfter(*reply, engine->info());
    if (auto error = session_file_.Save(session, *messages)) return Fail(*error);
    return ExitCode::kDone;
  }

 private:
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
  std::string question_;
  ReplyOptions reply_;
  ModelOptions model_;
  SessionFile session_file_;
};

}  // namespace

std::unique_ptr<Command> MakeAskCommand() { return std::make_unique<AskCommand>(); }

}  // namespace edgevlm
