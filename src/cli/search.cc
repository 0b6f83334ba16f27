// edgevlm search WORDS: finds images by what a batch said about them.
#include <string>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/output.h"
#include "fleet/caption_index.h"

namespace edgevlm {
namespace {

class SearchCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.add_option("WORDS", words_, "that the caption has, or the answers")
        ->required()
        ->type_name("");
    app.add_option("--sqlite", path_, "the database that edgevlm batch --sqlite made")
        ->type_name("FILE")
        ->capture_default_str();
    app.add_option("--limit", limit_, "print the N best at most")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 30).description(""));
    DeclareJson(app, json_);
    app.footer(
        "Prints path and text, separated by a tab. All words must occur; \"red car\" also finds\n"
        "\"a car in red\", '\"red car\"' does not; car* finds \"carriage\".\n"
        "The exit code is 1 if nothing is found.\n"
        "Examples:\n"
        "  edgevlm search \"red car\"\n"
        "  edgevlm search '\"red car\" street' --sqlite photos.db --limit 5 --json");
  }

  ExitCode Run(Output& output) override {
    const auto found = SearchCaptions(path_, words_, limit_);
    if (!found) return Fail(found.error());
    for (const FoundCaption& caption : *found) {
      const bool printed =
          json_ ? output.PrintJson({{"image", caption.path}, {"text", caption.text}})
                : output.Print(Printable(caption.path) + "\t" + Printable(caption.text) + "\n");
      if (!printed) break;
    }
    return found->empty() ? ExitCode::kFailed : ExitCode::kDone;
  }

 private:
  std::string words_;
  std::string path_ = "captions.db";
  int limit_ = 20;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeSearchCommand() { return std::make_unique<SearchCommand>(); }

}  // namespace edgevlm
