// POST /benchmark: measures serving speed with internal requests, which use the same queue as
// others.
#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/stopwatch.h"
#include "metrics/serving_report.h"
#include "server/api/body.h"
#include "server/api/endpoints.h"
#include "server/parse/json.h"

namespace edgevlm {
namespace {

constexpr int kMaxRequests = 256;
constexpr int kSide = 224;  // of the images, in pixels

// An image file with color gradients, different for each number, so that no cache has it.
std::shared_ptr<const std::string> MakeImage(int number) {
  std::string file = "P6 " + std::to_string(kSide) + " " + std::to_string(kSide) + " 255\n";
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      for (const int color : {x + number, y + number / 256, x + y}) {
        file += static_cast<char>(color & 255);
      }
    }
  }
  return std::make_shared<const std::string>(std::move(file));
}

// Keeps `concurrency` requests under way until all are done, then sends the report.
class BenchmarkRun : public std::enable_shared_from_this<BenchmarkRun> {
 public:
  BenchmarkRun(ServerContext& context, std::shared_ptr<ResponseWriter> writer, int requests,
               DecodeOptions decode)
      : context_(context),
        writer_(std::move(writer)),
        decode_(std::move(decode)),
        takes_images_(context.engine().info().image_size > 0),
        left_(requests),
        requests_(static_cast<std::size_t>(requests)) {}

  void Start(int concurrency) {
    for (int i = 0; i < concurrency; ++i) SubmitNext();
  }

  void Cancel() {
    const std::lock_guard lock(mutex_);
    left_ = 0;
    for (const std::uint64_t number : numbers_) context_.scheduler().Cancel(number);
  }

 private:
  // Measures one of the requests.
  class Listener final : public ReplyListener {
   public:
    Listener(std::shared_ptr<BenchmarkRun> run, std::size_t index)
        : run_(std::move(run)), index_(index) {
      request_.begin_ms = run_->watch_.Milliseconds();
    }
    void OnAccepted(int) override {}
    void OnProgress(const Progress&) override {}
    void OnText(const TextPiece&) override {
      const double gap_ms = watch_.Lap();
      if (has_text_) request_.gaps_ms.push_back(gap_ms);
      has_text_ = true;
    }
    void OnEnd(const Result<RequestReply>& reply) override {
      request_.total_ms = watch_.Milliseconds();
      request_.succeeded = reply.ok();
      if (reply) {
        request_.prompt_tokens = reply->reply.prompt_tokens;
        request_.reply_tokens = reply->reply.reply_tokens;
        request_.first_token_ms = reply->first_token_ms;
      }
      run_->OnEnd(index_, std::move(request_));
    }

   private:
    const std::shared_ptr<BenchmarkRun> run_;
    const std::size_t index_;
    Stopwatch watch_;  // of the request; its laps are between pieces of text
    bool has_text_ = false;
    ServedRequest request_;
  };

  void SubmitNext() {
    std::size_t index = 0;
    {
      const std::lock_guard lock(mutex_);
      if (left_ == 0) return;
      --left_;
      index = started_++;
    }
    RequestMessage message = {.role = Role::kUser, .parts = {}};
    if (takes_images_) message.parts.push_back({.image = MakeImage(static_cast<int>(index))});
    if (!takes_images_) message.parts.push_back({.text = "Tell me something."});
    ReplyRequest request;
    request.messages.push_back(std::move(message));
    request.decode = decode_;
    request.deadline = std::chrono::steady_clock::now() + context_.rules()->limits.time;
    const auto number = context_.scheduler().Submit(
        std::move(request), std::make_shared<Listener>(shared_from_this(), index));
    if (!number) return OnEnd(index, {});
    const std::lock_guard lock(mutex_);
    numbers_.push_back(*number);
  }

  void OnEnd(std::size_t index, ServedRequest request) {
    bool is_last = false;
    {
      const std::lock_guard lock(mutex_);
      requests_[index] = std::move(request);
      is_last = ++ended_ == started_ && left_ == 0;
    }
    if (is_last) return SendReport();
    SubmitNext();
  }

  void SendReport() {
    requests_.resize(started_);
    const ServingReport report = MakeServingReport(requests_, watch_.Milliseconds());
    nlohmann::json object = ServingJson(report);
    object["text"] = ServingText(report);
    writer_->Send({.body = ToText(object)});
  }

  ServerContext& context_;
  const std::shared_ptr<ResponseWriter> writer_;
  const DecodeOptions decode_;
  const bool takes_images_;
  const Stopwatch watch_;
  std::mutex mutex_;
  int left_;
  std::size_t started_ = 0;
  std::size_t ended_ = 0;
  std::vector<ServedRequest> requests_;
  std::vector<std::uint64_t> numbers_;
};

}  // namespace

void StartBenchmark(ServerContext& context, Request request,
                    std::shared_ptr<ResponseWriter> writer) {
  if (request.body.empty()) request.body = "{}";
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return writer->Send(OpenAiError(*error));
  const auto rules = context.rules();
  Problem problem;
  Fields fields(std::get<Json>(body), "", problem);
  const auto requests = static_cast<int>(fields.Whole("requests", {1, kMaxRequests}, 8));
  const auto concurrency = static_cast<int>(fields.Whole("concurrency", {1, kMaxRequests}, 4));
  DecodeOptions decode = rules->decode;
  decode.max_tokens =
      static_cast<int>(fields.Whole("max_tokens", {1, rules->limits.reply_tokens}, 32));
  if (problem) return writer->Send(OpenAiError(*problem));
  const auto run = std::make_shared<BenchmarkRun>(context, writer, requests, decode);
  writer->OnDisconnect([run] { run->Cancel(); });
  run->Start(std::min(concurrency, requests));
}

}  // namespace edgevlm
