// How /v1/responses writes replies: a "response" object, or events that build one.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "server/api_format.h"
#include "server/reply_fields.h"
#include "server/response_store.h"

namespace edgevlm {

// Where a response is stored before it is sent.
struct ResponseSlot {
  ResponseStore& store;
  std::string scope;
  std::vector<RequestMessage> messages;  // the conversation without the reply
  ToolForm form = ToolForm::kNone;       // how the model was trained to write calls
};

// object: the response before it has any output, with "id". own_id: the response's own part of the
// ids of its items. slot: none if the response is not to be stored. metadata: for its videos.
std::shared_ptr<ApiFormat> MakeResponsesApiFormat(nlohmann::json object, std::string own_id,
                                                  std::optional<ResponseSlot> slot,
                                                  ReplyMetadata metadata);

}  // namespace edgevlm
