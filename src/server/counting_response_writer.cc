#include "server/counting_response_writer.h"

#include <utility>

namespace edgevlm {
namespace {

// Of requests that nobody answered.
constexpr int kNoAnswer = 500;

}  // namespace

CountingResponseWriter::CountingResponseWriter(std::shared_ptr<ResponseWriter> writer,
                                               ServerMetrics& metrics, std::string_view endpoint,
                                               std::map<std::string, std::string> headers)
    : writer_(std::move(writer)),
      metrics_(metrics),
      endpoint_(endpoint),
      headers_(std::move(headers)),
      status_(kNoAnswer) {
  metrics_.RequestBegan();
}

CountingResponseWriter::~CountingResponseWriter() {
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin_;
  metrics_.RequestEnded(endpoint_, status_, seconds.count());
}

void CountingResponseWriter::AddHeaders(Response& response) const {
  for (const auto& [name, value] : headers_) response.headers.insert_or_assign(name, value);
}

void CountingResponseWriter::Send(Response response) {
  AddHeaders(response);
  status_ = response.status;
  writer_->Send(std::move(response));
}

void CountingResponseWriter::Begin(Response head, std::string keep_alive_comment) {
  AddHeaders(head);
  status_ = head.status;
  writer_->Begin(std::move(head), std::move(keep_alive_comment));
}

void CountingResponseWriter::Write(std::string piece) { writer_->Write(std::move(piece)); }
void CountingResponseWriter::End() { writer_->End(); }
void CountingResponseWriter::WhenGone(std::function<void()> gone) {
  writer_->WhenGone(std::move(gone));
}

}  // namespace edgevlm
