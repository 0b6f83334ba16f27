#include "server/api/chat_messages.h"

#include <optional>
#include <utility>

#include "server/speech/request_sounds.h"
#include "server/tools/read_tools.h"
#include "server/tools/tool_prompt.h"

namespace edgevlm {
namespace {

RequestPart ReadImage(Fields& part, RequestImages& images, Problem& problem) {
  const Json* image = part.Any("image_url");
  if (image == nullptr) {
    part.Reject("image_url", "expected an image, found none");
    return {};
  }
  const std::string where = part.PathOf("image_url");
  if (image->is_string()) return images.FromText(image->get_ref<const std::string&>(), where);
  Fields fields(*image, where, problem);
  const Json* url = fields.Any("url");
  if (url != nullptr && url->is_string()) {
    return images.FromText(url->get_ref<const std::string&>(), fields.PathOf("url"));
  }
  fields.Reject("url", "expected a text");
  return {};
}

// A text, or an object with a text of this name.
const std::string* TextIn(const Json& value, const char* name) {
  const Json* text = value.is_object() && value.contains(name) ? &value[name] : &value;
  return text->is_string() ? &text->get_ref<const std::string&>() : nullptr;
}

}  // namespace

RequestPart ReadSound(Fields& part, const RequestImages& images) {
  if (images.sounds() != nullptr) return images.sounds()->Read(part);
  part.Reject("type", "expected text or an image: recordings are not read here", "unsupported");
  return {};
}

namespace {

RequestPart ReadPart(const Json& object, const std::string& where, RequestImages& images,
                     Problem& problem) {
  Fields part(object, where, problem);
  const std::string type = part.Text("type", "");
  if (type == "text") {
    if (!part.has("text")) part.Reject("text", "expected a text, found none");
    return {.text = part.Text("text", "")};
  }
  if (type == "refusal") return {.text = part.Text("refusal", "")};  // also text of the assistant
  if (type == "image_url") return ReadImage(part, images, problem);
  if (type == "input_audio") return ReadSound(part, images);
  if (type == "video_url" || type == "input_video") return ReadVideo(part, images);
  part.Reject("type", "expected text, image_url, input_audio, video_url or input_video");
  return {};
}

// may_be_empty: a missing content is an empty one.
std::vector<RequestPart> ReadContent(Fields& fields, bool may_be_empty, RequestImages& images,
                                     Problem& problem) {
  std::vector<RequestPart> parts;
  const Json* content = fields.Any("content");
  const bool is_empty = content == nullptr || (content->is_array() && content->empty());
  if (is_empty && may_be_empty) {
    // A refusal or a tool call: no text.
  } else if (content == nullptr) {
    fields.Reject("content", "expected a text or a list of parts, found none");
  } else if (content->is_string()) {
    parts.push_back({.text = content->get<std::string>()});
  } else if (content->is_array() && !content->empty() && content->size() <= kMaxParts) {
    for (std::size_t i = 0; i < content->size(); ++i) {
      const std::string part = fields.PathOf("content") + "[" + std::to_string(i) + "]";
      parts.push_back(ReadPart((*content)[i], part, images, problem));
    }
  } else {
    fields.Reject("content",
                  "expected a text or a list of 1 to " + std::to_string(kMaxParts) + " parts");
  }
  return parts;
}

void ReadMessage(const Json& object, const std::string& where, RequestImages& images,
                 Problem& problem, ToolConversation& conversation) {
  Fields fields(object, where, problem);
  const std::string name = fields.Text("role", "");
  if (name == "tool") {
    return conversation.AddResult(ReadContent(fields, false, images, problem),
                                  fields.Text("tool_call_id", ""), fields.Text("name", ""));
  }
  const auto role = RoleNamed(name);
  if (!role) fields.Reject("role", "expected system, user, assistant or tool");
  const bool is_reply = role == Role::kAssistant;
  conversation.Add({.role = role.value_or(Role::kUser),
                    .parts = ReadContent(fields, is_reply, images, problem)});
  if (is_reply) conversation.AddCalls(ReadCalls(fields, problem));
}

}  // namespace

RequestPart ReadVideo(Fields& part, RequestImages& images) {
  struct Place {
    const char* field;
    const char* member;
  };
  for (const Place place :
       {Place{"video_url", "url"}, Place{"input_video", "data"}, Place{"video", "url"}}) {
    const Json* value = part.Any(place.field);
    const std::string* text = value == nullptr ? nullptr : TextIn(*value, place.member);
    if (text != nullptr) return images.VideoFromText(*text, part.PathOf(place.field));
  }
  part.Reject("video_url", "expected a video, found none");
  return {};
}

std::optional<Role> RoleNamed(const std::string& name) {
  if (name == "system" || name == "developer") return Role::kSystem;
  if (name == "user") return Role::kUser;
  if (name == "assistant") return Role::kAssistant;
  return std::nullopt;
}

std::vector<RequestMessage> ReadChatMessages(Fields& body, RequestImages& images, Problem& problem,
                                             ToolForm form) {
  const Json* list = body.List("messages");
  if (list == nullptr || list->empty() || list->size() > kMaxMessages) {
    body.Reject("messages",
                "expected a list of 1 to " + std::to_string(kMaxMessages) + " messages");
    return {};
  }
  ToolConversation conversation(form);
  for (std::size_t i = 0; i < list->size() && !problem; ++i) {
    ReadMessage((*list)[i], "messages[" + std::to_string(i) + "]", images, problem, conversation);
  }
  return conversation.Move();
}

}  // namespace edgevlm
