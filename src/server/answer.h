// Submits a parsed request to the scheduler and writes its reply in the format of its API.
#pragma once

#include <memory>
#include <vector>

#include "server/api_format.h"
#include "server/http/response_writer.h"
#include "server/reply_fields.h"
#include "server/request_images.h"
#include "server/server_context.h"
#include "server/spans/request_span.h"
#include "server/video/request_video.h"

namespace edgevlm {

// A parsed request, with how its reply is written.
struct Submission {
  ReplyRequest request;
  std::shared_ptr<ApiFormat> api_format = nullptr;
  Framing framing = Framing::kEvents;
  bool streams = false;
  bool shows_progress = false;            // a stream reports the stages before the first token
  bool has_begun = false;                 // the stream has been started
  std::vector<PendingVideo> videos = {};  // that messages refer to; their frames are chosen first
  VideoChoice video_choice = {};
  ToolUse tools = {};         // that the reply may call
  RequestOrigin origin = {};  // for its span
};

// What spans say of a request for a reply, except for its id, which is written then; of WebSockets,
// `head` is the one that opened the connection.
RequestOrigin OriginOf(const Request& head);

// Moves the videos that were read for a request to its submission and to what its reply reports.
void MoveVideos(RequestImages& images, const VideoChoice& choice, Submission& submission,
                ReplyMetadata& metadata);

// Returns at once; the reply is written from the scheduler's threads, an error perhaps before
// returning. When the client disconnects, the request is cancelled.
void Answer(ServerContext& context, Submission submission, std::shared_ptr<ResponseWriter> writer);

}  // namespace edgevlm
