#include "cli/video/video_replies.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "video/time_text.h"

namespace edgevlm {
namespace {

constexpr double kMilliseconds = 1000;

double Rounded(double seconds) { return std::round(seconds * kMilliseconds) / kMilliseconds; }

// Null: there is no track.
nlohmann::json TranscriptJson(const HeardTrack& heard) {
  nlohmann::json segments;
  if (!heard.segments) return segments;
  segments = nlohmann::json::array();
  for (const TranscriptSegment& segment : *heard.segments) {
    segments.push_back({{"start", Rounded(segment.start_s)},
                        {"end", Rounded(segment.end_s)},
                        {"text", segment.text}});
  }
  return segments;
}

// The facts of the video that a reply is printed with.
nlohmann::json VideoJson(const VideoRequest& request, const SelectedFrames& video) {
  nlohmann::json object = {{"video", request.path},
                           {"video_seconds", Rounded(video.seconds)},
                           {"selector", video.selector},
                           {"near_duplicates", video.near_duplicates}};
  if (!video.info.decoder.empty()) object["decoder"] = video.info.decoder;
  if (!request.question.empty()) object["question"] = request.question;
  if (request.sound.part.image != nullptr) {
    object["sound_tokens"] = request.sound.part.image->tokens;
  } else if (request.heard) {
    object["transcript"] = TranscriptJson(*request.heard);
  }
  return object;
}

const char* ReplyKey(const VideoRequest& request) {
  return request.question.empty() ? "caption" : "answer";
}

// From a model that reads one image.
class FrameByFrame {
 public:
  FrameByFrame(const VideoRequest& request, const SelectedFrames& video,
               const ReplyOptions& options)
      : request_(request), video_(video), options_(options) {}

  Result<bool> Print(Session& session, Output& output) {
    if (!options_.json && !request_.title.empty() && !output.Print(request_.title + "\n")) {
      return false;
    }
    nlohmann::json frames = nlohmann::json::array();
    for (const FrameView& frame : ViewsOf(video_.frames)) {
      if (auto error = session.SetImage(frame.pixels)) return *error;
      const Result<Reply> reply =
          request_.question.empty()
              ? session.Caption(options_.decode)
              : session.Ask(request_.sound.part.text + request_.question, options_.decode);
      if (!reply) return reply.error();
      if (options_.json) {
        nlohmann::json object = ToJson(*reply);
        object["seconds"] = Rounded(frame.seconds);
        object[ReplyKey(request_)] = reply->text;
        frames.push_back(std::move(object));
        continue;
      }
      const std::string line = TimeText(frame.seconds) + "  " + PrintableText(reply->text) + "\n";
      if (!output.Print(line)) return false;
      if (options_.verbose) PrintTimings(*reply);
    }
    if (!options_.json) return true;
    nlohmann::json object = VideoJson(request_, video_);
    object["frames"] = std::move(frames);
    return output.PrintJson(object);
  }

 private:
  const VideoRequest& request_;
  const SelectedFrames& video_;
  const ReplyOptions& options_;
};

nlohmann::json TimesJson(const SelectedFrames& video) {
  nlohmann::json frames = nlohmann::json::array();
  for (const VideoFrame& frame : video.frames) {
    frames.push_back({{"seconds", Rounded(frame.seconds)}});
  }
  return frames;
}

Result<bool> ReplyAboutAllFrames(const VideoRequest& request, const SelectedFrames& video,
                                 const ReplyOptions& options, const ModelInfo& model,
                                 Session& session, Output& output) {
  Result<EncodedVideo> encoded = EncodeFrames(video, request.choice, model, session);
  if (!encoded) return encoded.error();
  Message message = {.role = Role::kUser, .parts = std::move(encoded->parts)};
  if (request.sound.part.image != nullptr) message.parts.push_back(request.sound.part);
  message.parts.push_back({.text = request.sound.part.text +
                                   (request.question.empty() ? kDescribeVideo : request.question)});
  if (options.stream && !output.Print(request.title)) return false;
  OnText on_text;
  if (options.stream) on_text = PrintTo(output);
  Result<Reply> reply = session.Chat({&message, 1}, options.decode, on_text);
  if (!reply) return reply.error();
  AddEncoding(encoded->timings, reply->timings);
  AddEncoding(request.sound.timings, reply->timings);
  bool printed = true;
  if (options.json) {
    nlohmann::json object = ToJson(*reply);
    object.update(VideoJson(request, video));
    object["frames"] = TimesJson(video);
    object["video_tokens"] = encoded->tokens;
    object[ReplyKey(request)] = reply->text;
    printed = output.PrintJson(object);
  } else {
    printed =
        output.Print(options.stream ? "\n" : request.title + PrintableText(reply->text) + "\n");
  }
  options.PrintAfter(*reply, model);
  return printed;
}

}  // namespace

MaybeError VideoRequest::Hear(std::span<const std::byte> file, SpeechInput& speech,
                              const Engine& engine, const ModelOptions& model) {
  auto track = speech.HearTrack(
      path, file, {.from_s = choice.from_seconds, .to_s = choice.to_seconds}, engine, model);
  if (!track) return track.error();
  heard = *std::move(track);
  if (heard) sound = heard->sound;
  return std::nullopt;
}

Result<bool> ReplyAboutVideo(const VideoRequest& request, const SelectedFrames& video,
                             const ReplyOptions& options, const ModelInfo& model, Session& session,
                             Output& output) {
  if (model.has_one_image) return FrameByFrame(request, video, options).Print(session, output);
  return ReplyAboutAllFrames(request, video, options, model, session, output);
}

}  // namespace edgevlm
