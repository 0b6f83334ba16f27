#include "cli/exit_options.h"

#include <string>

namespace edgevlm {

void DeclareExits(CLI::App& app, ExitOptions& options) {
  const auto choose = [&options](const std::string& mode) {
    options.mode = mode == "exit" ? EarlyExit::kExit : EarlyExit::kOff;
  };
  app.add_option_function<std::string>(
         "--early-exit", choose,
         "exit: take a token from an early block that is sure of it; faster, not always the same")
      ->type_name("off|exit")
      ->check(CLI::IsMember({"off", "exit"}).description(""));
  app.add_option("--exit-layers", options.layers,
                 "after how many blocks a token may be taken; left out: where the model was\n"
                 "trained for it")
      ->type_name("N,N,...")
      ->delimiter(',');
  const auto choose_threshold = [&options](float threshold) {
    options.threshold = threshold;
    if (const auto error = Validate(options)) throw CLI::ValidationError(error->message);
  };
  app.add_option_function<float>(
         "--exit-threshold", choose_threshold,
         "that block's token must be likelier (default: 0.9); 1: take none early")
      ->type_name("P");
  app.add_option("--exit-min-layer", options.min_layer, "leave out exits before so many blocks")
      ->type_name("N")
      ->check(CLI::Range(0, 1 << 20).description(""));
}

}  // namespace edgevlm
