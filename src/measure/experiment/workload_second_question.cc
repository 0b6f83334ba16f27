// Two questions about an image: what the second one costs, by what it finds computed.
#include "base/stopwatch.h"
#include "measure/experiment/workload.h"

namespace edgevlm {
namespace {

constexpr const char* kFirstQuestion = "What is on the left?";
constexpr const char* kSecondQuestion = "How many are there?";

class SecondQuestionWorkload final : public Workload {
 public:
  Result<Outcome> Run(const Engine& engine, const Setup& setup, const Item& item) override {
    if (item.images.size() != 1) {
      return Error{ErrorCode::kUnsupported,
                   item.id + ": expected one image, found " + std::to_string(item.images.size())};
    }
    const DecodeOptions decode = {.max_tokens = setup.request.max_tokens};
    Session session(engine);
    const Stopwatch first_watch;
    if (auto error = session.SetImage(item.images.front())) return *error;
    const Result<Reply> first = session.Ask(kFirstQuestion, decode);
    const double first_ms = first_watch.Milliseconds();
    if (!first) return first.error();

    const Stopwatch second_watch;
    if (setup.request.reuse != Reuse::kPrefix) session.Reset();
    if (setup.request.reuse == Reuse::kNothing) {
      if (auto error = session.SetImage(item.images.front())) return *error;
    }
    const Result<Reply> second = session.Ask(kSecondQuestion, decode);
    const double second_ms = second_watch.Milliseconds();
    if (!second) return second.error();
    return Outcome{.metrics = {{"first_ms", first_ms},
                               {"second_ms", second_ms},
                               {"second_share", second_ms / first_ms},
                               {"reused_tokens", second->reused_tokens}},
                   .reply = second->text};
  }
};

}  // namespace

std::unique_ptr<Workload> MakeSecondQuestionWorkload(const LoadModel&) {
  return std::make_unique<SecondQuestionWorkload>();
}

}  // namespace edgevlm
