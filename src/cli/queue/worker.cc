// edgevlm worker: processes images of a queue (docs/fleet.md).
#include "fleet/queue/worker.h"

#include <unistd.h>

#include <string>

#include "cli/chat/interrupts.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/queue_options.h"
#include "cli/schema_file.h"
#include "metrics/system.h"

namespace edgevlm {
namespace {

// Below this share of the machine's memory, a worker that goes on may be killed.
constexpr double kLeastMemory = 0.05;
constexpr double kCoolerBy = 5;  // degrees, until it goes on: as PressureMonitor

class WorkerCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    DeclareQueue(app, queue_);
    app.add_option("--name", worker_.name, "of this worker (default: host and process)")
        ->type_name("NAME");
    app.add_option("-j,--running", pipeline_.running, "images decoded together")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 256).description(""));
    app.add_option("--lease", lease_seconds_,
                   "after so many seconds without this worker, others get its images")
        ->type_name("SECONDS")
        ->capture_default_str()
        ->check(CLI::Range(1, 3600).description(""));
    app.add_option("--tries", worker_.tries,
                   "set an image aside when so many workers did not complete it")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 100).description(""));
    app.add_option("--images", worker_.images, "end after N images (default: never)")
        ->type_name("N")
        ->check(CLI::Range(1, 1 << 30).description(""));
    app.add_option("--pause-above", hottest_,
                   "take no images above so many degrees Celsius; 0: always take them")
        ->type_name("DEGREES")
        ->capture_default_str()
        ->check(CLI::Range(0, 150).description(""));
    DeclareJson(app, json_);
    model_.DeclareAll(app);
    model_.DeclareThreadGroup(app);
    model_.DeclareSpeculation(app);
    GroupOptions(app, {"--queue", "--model", "--name", "--running", "--lease", "--tries",
                       "--pause-above", "--threads", "--json"});
    app.footer(
        "Takes images of batches that use the same model, until it is stopped (Ctrl-C: completes\n"
        "what it has). Any number of workers share a queue; one that dies loses no image.\n"
        "Examples:\n"
        "  edgevlm worker --queue nats://broker:4222\n"
        "  edgevlm batch photos --out results.jsonl --queue nats://broker:4222\n"
        "  edgevlm fleet status --queue nats://broker:4222");
  }

  ExitCode Run(Output& output) override {
    if (queue_.url.empty()) {
      return Fail({ErrorCode::kInvalid, "--queue: expected the URL of a broker, found none"});
    }
    if (auto error = CheckQueue(queue_)) return Fail(*error);
    queue_.lease = std::chrono::seconds(lease_seconds_);
    model_.prefix_cache_bytes = kBatchPrefixCacheBytes;
    Result<Queue> queue = Queue::Connect(queue_);
    if (!queue) return Fail(queue.error());
    const Result<Engine> engine = LoadEngine(model_);
    if (!engine) return Fail(engine.error());
    if (engine->info().image_size == 0) {
      return Fail({ErrorCode::kUnsupported, "worker: this model reads no images"});
    }
    worker_.model = ModelKey(engine->info(), model_);
    if (worker_.name.empty()) worker_.name = HostName() + "-" + std::to_string(getpid());
    worker_.together = pipeline_.encode_together;
    const Result<WorkerStatus> status = Work(*queue, *engine);
    if (!status) return Fail(status.error());
    output.Print(json_ ? StatusText(*status) + "\n" : Text(*status));
    return ExitCode::kDone;
  }

 private:
  Result<WorkerStatus> Work(Queue& queue, const Engine& engine) {
    const Interrupts interrupts;
    return RunWorker(
        queue, [&](const PipelineCalls& calls) { return RunPipeline(engine, pipeline_, calls); },
        worker_,
        {.read_schema = ReadSchema,
         .pressure = [this] { return PressureNow(); },
         .on_problem = [](const std::string& line) { PrintError(line); },
         .is_stopped = [&] { return interrupts.wants_stop() || interrupts.wants_end(); }});
  }

  std::string PressureNow() {
    const SystemStats system = ReadSystem();
    const double limit = is_hot_ ? hottest_ - kCoolerBy : hottest_;
    is_hot_ = hottest_ > 0 && system.temperature_celsius && *system.temperature_celsius > limit;
    if (is_hot_) return "hot";
    const auto least = kLeastMemory * static_cast<double>(system.memory_total);
    return static_cast<double>(system.memory_available) < least ? "low memory" : "";
  }

  static std::string Text(const WorkerStatus& status) {
    std::string text = std::to_string(status.done) + " images done";
    if (status.failed > 0) text += ", " + std::to_string(status.failed) + " of them failed";
    return text + "\n";
  }

  QueueOptions queue_;
  WorkerOptions worker_;
  PipelineOptions pipeline_;
  ModelOptions model_;
  int lease_seconds_ = 30;
  double hottest_ = 85;
  bool is_hot_ = false;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeWorkerCommand() { return std::make_unique<WorkerCommand>(); }

}  // namespace edgevlm
