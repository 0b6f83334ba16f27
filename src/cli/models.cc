// edgevlm models list|show|pull|verify|rm: manages published models on this machine's disk.
#include <unistd.h>

#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "catalog/catalog.h"
#include "catalog/folder.h"
#include "catalog/pull.h"
#include "catalog/verify.h"
#include "cli/byte_bar.h"
#include "cli/command.h"
#include "cli/models_report.h"
#include "cli/options.h"
#include "cli/output.h"

namespace edgevlm {
namespace {

// Asks on standard error; true for a line that starts with y.
bool Confirm(const std::string& question) {
  std::fputs((Printable(question) + " [y/N] ").c_str(), stderr);
  std::array<char, 16> answer{};
  const bool answered = std::fgets(answer.data(), answer.size(), stdin) != nullptr;
  if (!answered) std::fputs("\n", stderr);
  return answered && (answer[0] == 'y' || answer[0] == 'Y');
}

class ModelsCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.require_subcommand(1);
    list_ = Add(app, "list", "List the models that can be had", /*takes_name=*/false);
    show_ = Add(app, "show", "Show what is known about a model");
    pull_ = Add(app, "pull", "Download a model, or go on with it");
    pull_->add_flag("--accept-license", accept_license_, "the model's license has been read");
    pull_->add_flag("--allow-http", allow_http_, "take files from hosts without encryption too");
    verify_ = Add(app, "verify", "Check an installed model's files");
    remove_ = Add(app, "rm", "Remove a model's files");
    remove_->add_flag("-y,--yes", yes_, "do not ask");
    app.footer(
        "Models lie in $EDGEVLM_MODELS, else $XDG_DATA_HOME/edgevlm/models, else\n"
        "~/.local/share/edgevlm/models; --dir names another folder.\n"
        "Examples:\n"
        "  edgevlm models list\n"
        "  edgevlm models pull smolvlm-256m-instruct\n"
        "  edgevlm models rm smolvlm-256m-instruct --yes");
  }

  ExitCode Run(Output& output) override {
    const auto catalog = LoadCatalog();
    if (!catalog) return Fail(catalog.error());
    has_default_folder_ = folder_.empty();
    const Result<std::string> folder = has_default_folder_ ? ModelsFolder() : folder_;
    if (list_->parsed()) {
      return Print(output, ListText(*catalog, folder), ListJson(*catalog, folder));
    }
    const auto entry = FindEntry(*catalog, name_);
    if (!entry) return Fail(entry.error());
    if (show_->parsed()) {
      return Print(output, ShowText(*entry, folder), ShowJson(*entry, folder));
    }
    if (!folder) return Fail(folder.error());
    folder_ = *folder;
    if (pull_->parsed()) return RunPull(output, *entry);
    if (verify_->parsed()) return RunVerify(output, *entry);
    return RunRemove(output, *entry);
  }

 private:
  CLI::App* Add(CLI::App& app, const char* name, const char* summary, bool takes_name = true) {
    CLI::App* command = app.add_subcommand(name, summary);
    if (takes_name) {
      command->add_option("NAME", name_, "as `edgevlm models list` shows it")
          ->required()
          ->type_name("");
    }
    command->add_option("--dir", folder_, "folder of all models")->type_name("FOLDER");
    DeclareJson(*command, json_);
    return command;
  }

  ExitCode Print(Output& output, const std::string& text, const nlohmann::json& object) const {
    if (json_) {
      output.PrintJson(object);
    } else {
      output.Print(text);
    }
    return ExitCode::kDone;
  }

  ExitCode RunPull(Output& output, const CatalogEntry& entry) const {
    std::optional<ByteBar> bar;
    const PullOptions options{
        .folder = folder_,
        .accept_license = accept_license_,
        .allow_http = allow_http_,
        .progress = [&bar](const CatalogFile& file, std::uint64_t done, std::uint64_t total) {
          if (!bar || bar->name() != file.name) bar.emplace(file.name);
          bar->Show(done, total);
        }};
    const auto pulled = Pull(entry, options);
    bar.reset();
    if (!pulled) return Fail(pulled.error());
    return Print(output, PulledText(entry, *pulled, has_default_folder_),
                 PulledJson(entry, *pulled));
  }

  // Continues after a bad file, so that one run reports all.
  ExitCode RunVerify(Output& output, const CatalogEntry& entry) const {
    nlohmann::json files = nlohmann::json::array();
    std::string text;
    ExitCode code = ExitCode::kDone;
    for (const CatalogFile& file : entry.files) {
      const std::string path = PathOf(folder_, entry, file);
      const auto sha256 = VerifyFile(path, file, ReadDigest(path));
      nlohmann::json object = {{"role", NameOf(file.role)}, {"path", path}, {"ok", sha256.ok()}};
      if (sha256) {
        object["sha256"] = *sha256;
        text += Printable(path) + ": ok, SHA-256 " + *sha256 + "\n";
      } else {
        object["error"] = sha256.error().message;
        code = Fail(sha256.error());
      }
      files.push_back(object);
    }
    Print(output, text, {{"name", entry.name}, {"ok", code == ExitCode::kDone}, {"files", files}});
    return code;
  }

  ExitCode RunRemove(Output& output, const CatalogEntry& entry) const {
    if (!yes_ && !Confirm("Remove " + entry.name + " from " + folder_ + "?")) {
      return Fail(
          {ErrorCode::kCancelled, "model '" + entry.name + "': not removed: expected y or --yes"});
    }
    const auto removed = Remove(entry, folder_);
    if (!removed) return Fail(removed.error());
    std::string text;
    for (const std::string& path : *removed) text += "removed " + Printable(path) + "\n";
    return Print(output, text, {{"name", entry.name}, {"removed", *removed}});
  }

  CLI::App* list_ = nullptr;
  CLI::App* show_ = nullptr;
  CLI::App* pull_ = nullptr;
  CLI::App* verify_ = nullptr;
  CLI::App* remove_ = nullptr;
  std::string name_;
  std::string folder_;
  bool has_default_folder_ = false;  // not named by --dir
  bool accept_license_ = false;
  bool allow_http_ = false;
  bool yes_ = false;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeModelsCommand() { return std::make_unique<ModelsCommand>(); }

}  // namespace edgevlm
