// edgevlm-train time: the speed of a TorchScript file, for `edgevlm bench --torchscript`.
#include "train/torchscript/time.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/cores.h"
#include "base/mapped_file.h"
#include "train/commands/command.h"
#include "train/commands/options.h"

namespace edgevlm::train {
namespace {

class TimeCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* time = app.add_subcommand(
        "time", "Time a TorchScript file on an image, for `edgevlm bench --torchscript`");
    time->add_option("path", path_, "A file that export --torchscript wrote")->required();
    time->add_option("image", image_, "An image file")->required();
    AddOption(time, "--out", out_, "Where the JSON object goes");
    AddOption(time, "--threads", threads_, "Compute threads");
    AddOption(time, "--max-tokens", max_tokens_, "Of the caption");
    AddOption(time, "--repetitions", repetitions_, "How often each test runs");
    return time;
  }

  int operation_threads() const override { return threads_; }

  // An error is written to the same place: `edgevlm bench` reads nothing else.
  MaybeError Run() override {
    const Result<TorchScriptTimes> times = Measure();
    std::ofstream(out_) << (times ? TimesJson(*times)
                                  : nlohmann::json{{"error", times.error().message}}.dump())
                        << "\n";
    if (!times) return times.error();
    return {};
  }

 private:
  Result<TorchScriptTimes> Measure() const {
    const Result<MappedFile> image = MappedFile::Open(image_);
    if (!image) return image.error();
    return TimeTorchScript(path_, image->bytes(), threads_, max_tokens_, repetitions_);
  }

  std::string path_;
  std::string image_;
  std::string out_ = "/dev/stdout";
  int threads_ = DefaultThreads();
  int max_tokens_ = 128;
  int repetitions_ = 5;
};

}  // namespace

std::unique_ptr<Command> MakeTimeCommand() { return std::make_unique<TimeCommand>(); }

}  // namespace edgevlm::train
