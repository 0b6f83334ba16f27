// edgevlm bench serve: load-tests a running server.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/base64.h"
#include "base/stopwatch.h"
#include "base/threads.h"
#include "cli/command.h"
#include "cli/input.h"
#include "cli/output.h"
#include "measure/load_client.h"
#include "metrics/serving_report.h"

namespace edgevlm {
namespace {

constexpr int kSide = 224;  // of the generated images, in pixels

// An image of smooth colors, different for every number.
std::string MakeImage(int number) {
  std::string file = "P6 " + std::to_string(kSide) + " " + std::to_string(kSide) + " 255\n";
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      for (const int level : {x + number, y + number / 256, x + y}) {
        file += static_cast<char>(level & 255);
      }
    }
  }
  return file;
}

class BenchServeCommand final : public Command {
 public:
  void Declare(CLI::App& app) override;
  ExitCode Run(Output& output) override;

 private:
  std::string Body(int number) const;

  LoadTarget target_;
  int requests_ = 32;
  int concurrency_ = 4;
  int max_tokens_ = 32;
  std::string image_;
  std::string image_bytes_;
  std::string prompt_;
  bool same_image_ = false;
  bool json_ = false;
};

void BenchServeCommand::Declare(CLI::App& app) {
  app.add_option("--host", target_.host, "of the server")->type_name("HOST")->capture_default_str();
  app.add_option("--port", target_.port, "of the server")->type_name("N")->capture_default_str();
  app.add_option("--key", target_.key, "that the server asks for")->type_name("KEY");
  app.add_option("--requests", requests_, "how many in all")
      ->type_name("N")
      ->check(CLI::Range(1, 1 << 24).description(""))
      ->capture_default_str();
  app.add_option("--concurrency", concurrency_, "at the same time")
      ->type_name("N")
      ->check(CLI::Range(1, 4096).description(""))
      ->capture_default_str();
  app.add_option("--max-tokens", max_tokens_, "of each reply")
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--image", image_, "image of all requests (default: each has one of its own)")
      ->type_name("FILE");
  app.add_flag("--same-image", same_image_, "all requests show the same image");
  app.add_option("--prompt", prompt_, "what is asked; left out: a caption")->type_name("TEXT");
  app.add_flag("--json", json_, "one JSON object, with the names of vLLM's results");
  app.footer(
      "Prints vLLM's \"Serving Benchmark Result\". Times are the client's.\n"
      "Example:\n"
      "  edgevlm serve --preset mobilevlm-v2-1.7b &\n"
      "  edgevlm bench serve --requests 64 --concurrency 8 --max-tokens 64");
}

std::string BenchServeCommand::Body(int number) const {
  const std::string image = image_.empty() ? MakeImage(same_image_ ? 0 : number) : image_bytes_;
  nlohmann::json content = nlohmann::json::array();
  content.push_back({{"type", "image_url"},
                     {"image_url", {{"url", "data:image/x;base64," + EncodeBase64(image)}}}});
  if (!prompt_.empty()) content.push_back({{"type", "text"}, {"text", prompt_}});
  nlohmann::json body = {
      {"max_tokens", max_tokens_}, {"stream", true}, {"stream_options", {{"include_usage", true}}}};
  body["messages"] = nlohmann::json::array({{{"role", "user"}, {"content", content}}});
  return body.dump();
}

ExitCode BenchServeCommand::Run(Output& output) {
  if (!image_.empty()) {
    const auto file = ReadInput(image_);
    if (!file) return Fail(file.error());
    image_bytes_.assign(reinterpret_cast<const char*>(file->data()), file->size());
  }
  const Stopwatch watch;
  std::vector<ServedRequest> requests(static_cast<std::size_t>(requests_));
  std::atomic<int> next = 0;
  std::mutex mutex;
  std::string last_error;
  JoiningThreads clients;
  for (int i = 0; i < std::min(concurrency_, requests_); ++i) {
    clients.Start("clients", [&] {
      LoadClient client(target_, watch);
      for (int number; (number = next++) < requests_;) {
        ServedRequest request = client.Ask(Body(number));
        if (!request.succeeded) {
          const std::lock_guard lock(mutex);
          last_error = client.error();
        }
        requests[static_cast<std::size_t>(number)] = std::move(request);
      }
    });
  }
  clients.Join();
  const ServingReport report = MakeServingReport(requests, watch.Milliseconds());
  if (json_) {
    output.PrintJson(ServingJson(report));
  } else {
    output.Print(ServingText(report));
  }
  if (report.failed == 0) return ExitCode::kDone;
  return Fail({ErrorCode::kIo, "bench serve: " + std::to_string(report.failed) +
                                   " requests failed, the last with: " + last_error});
}

}  // namespace

std::unique_ptr<Command> MakeBenchServeCommand() { return std::make_unique<BenchServeCommand>(); }

}  // namespace edgevlm
