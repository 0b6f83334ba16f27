#include "cli/help.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "base/check.h"

namespace edgevlm {
namespace {

struct Group {
  const char* name;
  std::vector<std::string_view> options;
};

// In display order. Options in none of them come first, under "Options".
const std::vector<Group>& Groups() {
  static const std::vector<Group> groups = {
      {"Model",
       {"--model", "--mmproj", "--chat-template", "--context", "--image-max-tokens", "--model-name",
        "--preset", "--type", "--config"}},
      {"Reply",
       {"--max-tokens", "--temperature", "--top-k", "--top-p", "--min-p", "--repetition-penalty",
        "--presence-penalty", "--frequency-penalty", "--seed", "--system", "--session"}},
      {"Video", {"--frames", "--from", "--to", "--video-tokens", "--software-decoder"}},
      {"Speed and memory",
       {"--threads",
        "--decode-threads",
        "--pin",
        "--precision",
        "--tome",
        "--keep-tokens",
        "--keep-seed",
        "--cache",
        "--memory-limit",
        "--temperature-limit",
        "--early-exit",
        "--exit-layers",
        "--exit-threshold",
        "--exit-min-layer",
        "--speculate",
        "--draft-tokens",
        "--image-cache-mib",
        "--prompt-cache-mib",
        "--running",
        "--waiting",
        "--prefill-tokens"}},
      {"Access",
       {"--host", "--port", "--keys-file", "--cors-origins", "--host-names", "--model-aliases",
        "--remote-domains"}},
      {"Limits",
       {"--request-seconds", "--body-mib", "--pictures", "--picture-megapixels", "--reply-tokens",
        "--stored-responses-mib", "--connections", "--header-kib", "--header-seconds",
        "--body-seconds", "--write-seconds", "--idle-seconds", "--remote-seconds",
        "--drain-seconds"}},
      {"Output",
       {"--json", "--stream", "--verbose", "--output", "--history-file", "--history-seconds",
        "--history-mib"}}};
  return groups;
}

class GroupedHelp final : public CLI::Formatter {
 public:
  explicit GroupedHelp(std::vector<std::string> first) : first_(std::move(first)) {}

  // As CLI11 does, except for the options.
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    if (mode == CLI::AppFormatMode::Sub) return make_expanded(app);
    return make_description(app) + make_usage(app, std::move(name)) + make_positionals(app) +
           (mode == CLI::AppFormatMode::All ? AllOptions(*app) : FirstOptions(*app)) +
           make_subcommands(app, mode) + "\n" + make_footer(app);
  }

 private:
  std::string FirstOptions(const CLI::App& app) const {
    std::vector<const CLI::Option*> shown;
    for (const std::string& name : first_) shown.push_back(app.get_option(name));
    shown.push_back(app.get_help_ptr());
    shown.push_back(app.get_help_all_ptr());
    return make_group("Options", false, shown);
  }

  std::string AllOptions(const CLI::App& app) const {
    std::string text = OptionsIn("Options", app);
    for (const Group& group : Groups()) text += OptionsIn(group.name, app);
    return text;
  }

  std::string OptionsIn(const std::string& group, const CLI::App& app) const {
    const std::vector<const CLI::Option*> options =
        app.get_options([&group](const CLI::Option* option) {
          return option->get_group() == group && option->nonpositional();
        });
    return options.empty() ? "" : make_group(group, false, options);
  }

  const std::vector<std::string> first_;
};

}  // namespace

void GroupOptions(CLI::App& command, const std::vector<std::string>& first) {
  for (const Group& group : Groups()) {
    for (const std::string_view name : group.options) {
      CLI::Option* const option = command.get_option_no_throw(std::string(name));
      if (option != nullptr) option->group(group.name);
    }
  }
  for (const std::string& name : first) CHECK(command.get_option_no_throw(name) != nullptr);
  command.set_help_all_flag("--help-all", "Print all options");
  command.formatter(std::make_shared<GroupedHelp>(first));
}

std::string FirstSteps() {
  return "EdgeVLM looks at an image and says what is there, on the CPU. Try:\n"
         "  edgevlm caption photo.jpg                say what the image shows\n"
         "  edgevlm ask photo.jpg \"how many dogs?\"   answer a question about it\n"
         "  edgevlm chat photo.jpg                   talk about it\n"
         "  edgevlm serve                            a page and HTTP APIs on "
         "http://localhost:8080\n"
         "The built-in model knows drawn scenes only. A model for photographs:\n"
         "  edgevlm models pull smolvlm-256m-instruct\n"
         "  edgevlm caption -m smolvlm-256m-instruct photo.jpg\n"
         "All commands: edgevlm --help\n";
}

}  // namespace edgevlm
