#include "server/counting_response_writer.h"

#include <utility>

namespace edgevlm {
namespace {

// For requests that were never answered.
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
  metrics_.OnRequestStart();
}

CountingResponseWriter::~CountingResponseWriter() {
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin_;
  metrics_.OnRequestEnd(endpoint_, status_, seconds.count());
}

void CountingResponseWriter::AddHeaders(Response& response) const {
  for (const auto& [name, value] : headers_) response.headers.insert_or_assign(name, value);
}

void CountingResponseWriter::Send(Response response) {
  AddHeaders(response);
  status_ = response.status;
  writer_->Send(std::move(response));
}

void CountingResponseWriter::StartStream(Response head, std::string keep_alive_comment) {
  AddHeaders(head);
  status_ = head.status;
  writer_->StartStream(std::move(head), std::move(keep_alive_comment));
}

void CountingResponseWriter::Write(std::string piece) { writer_->Write(std::move(piece)); }
void CountingResponseWriter::EndStream() { writer_->EndStream(); }
void CountingResponseWriter::OnDisconnect(std::function<void()> on_disconnect) {
  writer_->OnDisconnect(std::move(on_disconnect));
}

}  // namespace edgevlm
