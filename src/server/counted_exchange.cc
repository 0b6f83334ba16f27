#include "server/counted_exchange.h"

#include <utility>

namespace edgevlm {
namespace {

// Of requests that nobody answered.
constexpr int kNoAnswer = 500;

}  // namespace

CountedExchange::CountedExchange(std::shared_ptr<Exchange> exchange, ServerMetrics& metrics,
                                 std::string_view endpoint,
                                 std::map<std::string, std::string> headers)
    : exchange_(std::move(exchange)),
      metrics_(metrics),
      endpoint_(endpoint),
      headers_(std::move(headers)),
      status_(kNoAnswer) {
  metrics_.RequestBegan();
}

CountedExchange::~CountedExchange() {
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin_;
  metrics_.RequestEnded(endpoint_, status_, seconds.count());
}

void CountedExchange::AddHeaders(Response& response) const {
  for (const auto& [name, value] : headers_) response.headers.insert_or_assign(name, value);
}

void CountedExchange::Send(Response response) {
  AddHeaders(response);
  status_ = response.status;
  exchange_->Send(std::move(response));
}

void CountedExchange::Begin(Response head, std::string sign_of_life) {
  AddHeaders(head);
  status_ = head.status;
  exchange_->Begin(std::move(head), std::move(sign_of_life));
}

void CountedExchange::Write(std::string piece) { exchange_->Write(std::move(piece)); }
void CountedExchange::End() { exchange_->End(); }
void CountedExchange::WhenGone(std::function<void()> gone) { exchange_->WhenGone(std::move(gone)); }

}  // namespace edgevlm
