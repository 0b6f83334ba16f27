// Transcriber, in a build without sound (EDGEVLM_AUDIO=OFF): no model loads.
#include "edgevlm/transcriber.h"

namespace edgevlm {
namespace {

Error NoSound() { return {ErrorCode::kUnsupported, "transcripts: this build reads no sound"}; }

}  // namespace

bool IsSoundFile(std::span<const std::byte>) { return false; }

struct Transcriber::State {};

Transcriber::Transcriber(Transcriber&&) noexcept = default;
Transcriber& Transcriber::operator=(Transcriber&&) noexcept = default;
Transcriber::~Transcriber() = default;

Result<Transcriber> Transcriber::Load(const std::string&, const TranscriberOptions&) {
  return NoSound();
}

std::vector<std::string> Transcriber::languages() const { return {}; }

Result<Transcript> Transcriber::Transcribe(std::span<const std::byte>, const TranscribeOptions&) {
  return NoSound();
}

Result<Transcript> Transcriber::TranscribeFile(const std::string&, const TranscribeOptions&) {
  return NoSound();
}

bool Transcriber::HasNoSound(const Error&) { return false; }

}  // namespace edgevlm
