// RequestSounds: reads the recordings in one request, as sound or as what is said in them.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "edgevlm/scheduler.h"
#include "server/parse/fields.h"
#include "server/server_context.h"

namespace edgevlm {

// A model that reads sound gets it. For others the server's Whisper writes down what is said, and
// the prompt has that. Recordings are decoded, and wait for their transcripts, on the worker thread
// of the request; its images are encoded meanwhile.
class RequestSounds {
 public:
  RequestSounds(ServerContext& context, Problem& problem)
      : context_(context),
        problem_(problem),
        deadline_(std::chrono::steady_clock::now() + context.rules()->limits.time) {}

  // The part {"input_audio": {"data": BASE64 or a data URI}}. "format" is not needed: the bytes
  // show what they are. Problems name the field: for a model that reads no sound without a Whisper,
  // for a file that is no sound, and for more than half an hour in all.
  RequestPart Read(Fields& part);

  // Call once the whole request is read and has no problem: writes down what is said in recordings
  // for models that read no sound. A problem is 503 if too many recordings wait.
  void Transcribe();
  // The same, and encodes the images of the request, whose texts are then complete.
  void TranscribeBesideImages(ReplyRequest& request);
  // Writes the transcripts into the parts that Read returned, or into copies of them.
  void PutTexts(std::vector<RequestMessage>& messages) const;

 private:
  // A recording whose transcript will be the text of a part.
  struct Unheard {
    std::shared_ptr<const Sound> mark;  // the part has it as its sound
    std::string file;
    std::string where;
    std::string text = {};
  };

  // For a model that reads sound.
  RequestPart Decode(const std::string& file, const std::string& where);
  void TranscribeOne(Unheard& unheard);
  void RejectError(const Error& error, const std::string& where);
  void Reject(ApiError error, const std::string& where);

  ServerContext& context_;
  Problem& problem_;
  const std::chrono::steady_clock::time_point deadline_;
  std::size_t samples_ = 0;  // of all recordings that were decoded
  std::vector<Unheard> unheard_;
};

}  // namespace edgevlm
