// A worker of a queue that waits instead of computing, in place of another device.
//
//   waiting_worker URL NAME MILLISECONDS [LEASE_MS [DEADLY [HOT_FILE]]]
//
// Takes the images of the built-in model, one at a time. Each reply takes MILLISECONDS and is the
// size of the image's file. An image whose file contains DEADLY ends the process at once. While
// there is a file HOT_FILE, the machine counts as too hot.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <variant>

#include "cli/options.h"
#include "cli/output.h"
#include "cli/queue_options.h"
#include "fleet/queue/worker.h"

namespace edgevlm {
namespace {

Result<std::vector<Reply>> Answer(const PipelineImage& image, std::chrono::milliseconds time,
                                  std::string_view deadly) {
  if (!image.file) return image.file.error();
  const std::string_view file(reinterpret_cast<const char*>(image.file->data()),
                              image.file->size());
  if (!deadly.empty() && file.find(deadly) != std::string_view::npos) std::abort();
  std::this_thread::sleep_for(time);
  std::vector<Reply> replies(1);
  replies.front().text = std::to_string(file.size()) + " bytes";
  return replies;
}

MaybeError Wait(const PipelineCalls& calls, std::chrono::milliseconds time,
                std::string_view deadly) {
  while (true) {
    const NextImage next = calls.next(true);
    if (const auto* none = std::get_if<NoImage>(&next)) {
      if (*none == NoImage::kEver) return {};
    } else {
      const auto& image = std::get<PipelineImage>(next);
      if (auto error =
              calls.on_replies({.index = image.index, .replies = Answer(image, time, deadly)})) {
        return error;
      }
    }
    if (auto error = calls.on_tick()) return error;
  }
}

int Run(const std::vector<std::string>& arguments) {
  const Result<Engine> engine = Engine::LoadBuiltin();
  if (!engine) return 1;
  QueueOptions options = {.url = arguments[0]};
  if (arguments.size() > 3) options.lease = std::chrono::milliseconds(std::stoi(arguments[3]));
  Result<Queue> queue = Queue::Connect(options);
  if (!queue) {
    std::fprintf(stderr, "%s\n", queue.error().message.c_str());
    return 1;
  }
  const std::chrono::milliseconds time(std::stoi(arguments[2]));
  const std::string deadly = arguments.size() > 4 ? arguments[4] : "";
  const std::string hot_file = arguments.size() > 5 ? arguments[5] : "";
  const auto status = RunWorker(
      *queue, [&](const PipelineCalls& calls) { return Wait(calls, time, deadly); },
      {.name = arguments[1], .model = ModelKey(engine->info(), ModelOptions()), .together = 1},
      {.pressure = [&] { return access(hot_file.c_str(), F_OK) == 0 ? "hot" : ""; },
       .on_problem = [](const std::string& line) { PrintError(line); }});
  return status ? 0 : 1;
}

}  // namespace
}  // namespace edgevlm

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s URL NAME MILLISECONDS [LEASE_MS [DEADLY [HOT_FILE]]]\n",
                 argv[0]);
    return 2;
  }
  return edgevlm::Run({argv + 1, argv + argc});
}
