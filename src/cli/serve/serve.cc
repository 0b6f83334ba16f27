// edgevlm serve: serves HTTP requests until a signal ends it.
#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/preset_model.h"
#include "cli/serve/optimizations.h"
#include "cli/serve/serve_options.h"
#include "cli/serve/service_manager.h"
#include "cli/serve/signals.h"
#include "cli/speech_input.h"
#include "metrics/history.h"
#include "server/api_server.h"

namespace edgevlm {
namespace {

constexpr const char* kServeName = "serve";

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLongestSleep{1'000};
constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;

void Say(const std::string& text) { std::fprintf(stderr, "edgevlm: %s\n", text.c_str()); }

// The arguments of this process in reverse order, as CLI11 expects them.
std::vector<std::string> ArgumentsBackwards() {
  std::ifstream file("/proc/self/cmdline");
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
  std::ranges::reverse(arguments);
  if (!arguments.empty()) arguments.pop_back();
  return arguments;
}

// Every client uses an open file; the shell's default limit is too low.
void AllowManyFiles() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Blocks of this size are mapped separately and returned to the system as soon as they are freed.
// glibc raises this threshold to the size of every mapped block that is freed. Then large blocks of
// one request (bodies, pixels) are allocated in its heaps, between small ones that a cache keeps
// for hours, and hardly a page of them is ever returned: memory grows to several times the limits
// of the caches.
constexpr int kOwnMappingBytes = 128 << 10;

void KeepLargeBlocksApart() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, kOwnMappingBytes);
#endif
}

class ServeCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    model_.DeclareAll(app);
    model_.DeclareThreadGroup(app);
    model_.DeclareSpeculation(app);
    preset_.Declare(app);
    app.add_option("--image-cache-mib", image_cache_mib_, "of encoded images, by their content")
        ->type_name("N")
        ->check(CLI::Range(0, 1 << 20).description(""))
        ->capture_default_str();
    app.add_option("--prompt-cache-mib", prefix_cache_mib_, "of how prompts begin")
        ->type_name("N")
        ->check(CLI::Range(0, 1 << 20).description(""))
        ->capture_default_str();
    app.add_option("--model-name", model_name_, "what clients call the model; left out: its file's")
        ->type_name("NAME");
    app.add_option("--whisper", whisper_,
                   "GGUF file of a Whisper, for /v1/audio; left out: no sound is read")
        ->type_name("FILE|NAME");
    app.add_flag("--check", check_, "load the model, say whether all options are right, and end");
    options_.Declare(app);
    GroupOptions(app, {"--model", "--host", "--port", "--keys-file", "--threads"});
    app.footer(
        "Every option can be given in a file (--config; config.yaml lists all keys) and in the\n"
        "environment (EDGEVLM_SERVER_PORT for server.port).\n"
        "SIGTERM ends the server when its replies have ended, a second one at once; SIGHUP reads\n"
        "the file again.\n"
        "Examples:\n"
        "  edgevlm serve\n"
        "  edgevlm serve -m model.gguf --host 0.0.0.0 --keys-file keys.txt\n"
        "  edgevlm serve --config config.yaml --check\n"
        "  curl -F image=@photo.jpg http://127.0.0.1:8080/caption");
  }

  ExitCode Run(Output& output) override {
    const SignalWaiter signals({SIGTERM, SIGINT, SIGHUP});
    AllowManyFiles();
    KeepLargeBlocksApart();
    Result<ServerOptions> options = options_.ForServer();
    if (!options) return Fail(options.error());
    if (check_) {
      if (auto error = HttpServer::Check(options->address)) return Fail(*error);
    }
    if (!options_.spans_file.empty()) {
      auto spans = SpanFile::Open(options_.spans_file, Say);
      if (!spans) return Fail(spans.error());
      options->spans = *std::move(spans);
    }
    model_.image_cache_bytes = static_cast<std::size_t>(image_cache_mib_ * kMebibyte);
    model_.prefix_cache_bytes = static_cast<std::size_t>(prefix_cache_mib_ * kMebibyte);
    const auto begin = Clock::now();
    const Result<Engine> engine = preset_.is_given() ? preset_.Load(model_) : LoadEngine(model_);
    if (!engine) return Fail(engine.error());
    if (auto error = AddTranscriber(*options)) return Fail(*error);
    if (check_) {
      output.Print("the options are right\n");
      return ExitCode::kDone;
    }
    options->model_load_seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    options->model_name = ModelName();
    options->optimizations = Optimizations(model_, options->scheduler);
    auto server = ApiServer::Start(*engine, *options);
    if (!server) return Fail(server.error());
    output.Print("http://" + HostInUrl() + ":" + std::to_string((*server)->port()) + "\n");
    NotifyServiceManager("READY=1");
    Live(**server, signals);
    return End(**server, signals);
  }

 private:
  MaybeError AddTranscriber(ServerOptions& options) const {
    if (whisper_.empty()) return std::nullopt;
    auto transcriber = LoadTranscriber(whisper_, model_);
    if (!transcriber) return transcriber.error();
    options.transcriber = std::make_shared<Transcriber>(*std::move(transcriber));
    options.transcriber_name = NameOf(whisper_);
    return std::nullopt;
  }

  // Names may contain dots: "tiny-1.0".
  static std::string NameOf(const std::filesystem::path& path) {
    return (path.extension() == ".gguf" ? path.stem() : path.filename()).string();
  }

  std::string HostInUrl() const {
    return options_.host.find(':') == std::string::npos ? options_.host : "[" + options_.host + "]";
  }

  std::string ModelName() const {
    if (!model_name_.empty()) return model_name_;
    if (preset_.is_given()) return preset_.name();
    if (model_.model.empty()) return "edgevlm";
    return NameOf(model_.model);
  }

  // Waits for a signal to end.
  void Live(ApiServer& server, const SignalWaiter& signals) {
    const auto watchdog = WatchdogTime();
    std::optional<History> history;
    if (!options_.history_file.empty()) {
      history.emplace(options_.history_file, options_.history_mib * kMebibyte);
    }
    auto next_line = Clock::now() + std::chrono::seconds(options_.history_seconds);
    auto sleep = kLongestSleep;
    if (watchdog) {
      sleep = std::min(sleep, std::chrono::duration_cast<std::chrono::milliseconds>(*watchdog / 2));
    }
    while (true) {
      const int signal = signals.Wait(sleep);
      if (signal == SIGTERM || signal == SIGINT) return;
      if (signal == SIGHUP) Reload(server);
      if (watchdog) NotifyServiceManager("WATCHDOG=1");
      if (!history || Clock::now() < next_line) continue;
      next_line = Clock::now() + std::chrono::seconds(options_.history_seconds);
      if (auto error = history->Add(server.HistoryLine())) Say(error->message);
    }
  }

  // Reads the options of this command line again, with the current contents of its files.
  static Result<ServerOptions> ReadAgain() {
    ServeCommand fresh;
    CLI::App app;
    app.allow_extras();
    fresh.Declare(*app.add_subcommand(kServeName));
    try {
      app.parse(ArgumentsBackwards());
    } catch (const CLI::ParseError& error) {
      return Error{ErrorCode::kInvalid, error.what()};
    }
    return fresh.options_.ForServer();
  }

  // On an error, nothing changes.
  static void Reload(ApiServer& server) {
    NotifyServiceManager("RELOADING=1");
    Result<ServerOptions> options = ReadAgain();
    if (options) {
      server.SetRules(std::move(options->rules));
      Say("reloaded: access, limits and reply settings; all else needs a new start");
    } else {
      Say("not reloaded: " + Printable(options.error().message));
    }
    NotifyServiceManager("READY=1");
  }

  // A second signal ends the process at once.
  ExitCode End(ApiServer& server, const SignalWaiter& signals) const {
    NotifyServiceManager("STOPPING=1");
    bool asked_twice = false;
    const auto is_urgent = [&] {
      const int signal = signals.Wait(std::chrono::milliseconds(0));
      return asked_twice = asked_twice || signal == SIGTERM || signal == SIGINT;
    };
    if (!server.Drain(std::chrono::seconds(options_.drain_seconds), is_urgent)) {
      Say(std::string("ended with replies under way: ")
              .append(asked_twice ? "asked twice" : "--drain-seconds is over"));
    }
    return ExitCode::kDone;
  }

  ModelOptions model_;
  PresetModel preset_;
  ServeOptions options_;
  int image_cache_mib_ = 64;
  int prefix_cache_mib_ = 128;
  std::string model_name_;
  std::string whisper_;
  bool check_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeServeCommand() { return std::make_unique<ServeCommand>(); }

}  // namespace edgevlm
