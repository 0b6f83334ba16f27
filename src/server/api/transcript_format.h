// The response formats of OpenAI's /v1/audio: json, text, srt, verbose_json and vtt, and the events
// of a stream.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "edgevlm/transcriber.h"
#include "server/http/message.h"

namespace edgevlm {

enum class TranscriptFormat { kJson, kText, kSrt, kVerboseJson, kVtt };

std::optional<TranscriptFormat> FindTranscriptFormat(std::string_view name);

Response WholeTranscript(const Transcript& transcript, TranscriptFormat format,
                         bool is_translation);

// The payloads of a stream: of one segment, and the last one.
std::string TranscriptDelta(const TranscriptSegment& segment, bool is_first);
std::string TranscriptDone(const Transcript& transcript);

}  // namespace edgevlm
