#include "server/api/response_items.h"

#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "server/api/chat_messages.h"
#include "server/tools/read_tools.h"
#include "server/tools/tool_prompt.h"

namespace edgevlm {
namespace {

struct ItemReader {
  RequestImages& images;
  Problem& problem;
  const KnownResponses& known;
  ToolConversation& conversation;
  std::set<std::string> referenced = {};  // responses

  RequestPart ReadImage(Fields& part) const {
    const Json* url = part.Any("image_url");
    if (url != nullptr && url->is_string()) {
      return images.FromText(url->get_ref<const std::string&>(), part.PathOf("image_url"));
    }
    part.Reject("image_url", "expected a data URI, found none");
    return {};
  }

  RequestPart ReadPart(const Json& object, const std::string& where) const {
    Fields part(object, where, problem);
    const std::string type = part.Text("type", "");
    if (type == "input_image") return ReadImage(part);
    if (type == "input_audio") return ReadSound(part, images);
    if (type == "input_video" || type == "video_url") return ReadVideo(part, images);
    const char* name = type == "refusal" ? "refusal" : "text";
    if (type != "input_text" && type != "output_text" && type != "refusal") {
      part.Reject("type",
                  "expected input_text, input_image, input_audio, input_video or output_text",
                  "unsupported");
    } else if (!part.has(name)) {
      part.Reject(name, "expected a text, found none");
    }
    return {.text = part.Text(name, "")};
  }

  // A text or a list of parts.
  std::vector<RequestPart> ReadContent(Fields& item, const char* name) const {
    std::vector<RequestPart> parts;
    const Json* content = item.Any(name);
    if (content == nullptr) {
      item.Reject(name, "expected a text or a list of parts, found none");
    } else if (content->is_string()) {
      parts.push_back({.text = content->get<std::string>()});
    } else if (content->is_array() && content->size() <= kMaxParts) {
      for (std::size_t i = 0; i < content->size(); ++i) {
        const std::string where = item.PathOf(name) + "[" + std::to_string(i) + "]";
        parts.push_back(ReadPart((*content)[i], where));
      }
    } else {
      item.Reject(name,
                  "expected a text or a list of at most " + std::to_string(kMaxParts) + " parts");
    }
    return parts;
  }

  void ReadMessage(Fields& item) {
    const auto role = RoleNamed(item.Text("role", ""));
    if (!role) item.Reject("role", "expected user, assistant, system or developer");
    conversation.Add({.role = role.value_or(Role::kUser), .parts = ReadContent(item, "content")});
  }

  void ReadCall(Fields& item) {
    const ToolCall call = {.id = item.Text("call_id", ""),
                           .name = item.Text("name", ""),
                           .arguments = ReadArguments(item, "arguments")};
    if (call.name.empty()) item.Reject("name", "expected the name of a tool");
    conversation.AddCalls({&call, 1});
  }

  // SDKs that rely on the store refer to earlier replies instead of repeating them: to each of
  // their items, which together are one message.
  void ReadReference(Fields& item) {
    const std::string id = item.Text("id", "");
    for (const std::string_view prefix : {kItemIdPrefix, kCallIdPrefix}) {
      if (!id.starts_with(prefix)) continue;
      const std::string rest = id.substr(prefix.size());
      const std::string response_id = kResponseIdPrefix + rest.substr(0, rest.find('_'));
      const auto response = known.store.Find(response_id, known.scope);
      if (response == nullptr) continue;
      if (referenced.insert(response_id).second) conversation.Add(response->messages.back());
      return;
    }
    item.Reject("id",
                "no stored response has this item: send the message itself (with store: false "
                "SDKs do so)",
                "item_not_found");
  }

  void ReadItem(const Json& object, const std::string& where) {
    Fields item(object, where, problem);
    const std::string type = item.Text("type", "message");
    if (type == "message") return ReadMessage(item);
    if (type == "item_reference") return ReadReference(item);
    if (type == "function_call") return ReadCall(item);
    if (type == "function_call_output") {
      return conversation.AddResult(ReadContent(item, "output"), item.Text("call_id", ""));
    }
    if (type == "reasoning") return;
    item.Reject("type",
                "expected message, function_call, function_call_output or item_reference: others "
                "are not supported",
                "unsupported");
  }
};

std::vector<RequestMessage> Previous(Fields& body, const KnownResponses& known) {
  const std::string id = body.Text("previous_response_id", "");
  if (id.empty()) return {};
  const auto response = known.store.Find(id, known.scope);
  if (response != nullptr) return response->messages;
  body.Reject("previous_response_id", "no response of this id is stored",
              "previous_response_not_found");
  return {};
}

}  // namespace

std::vector<RequestMessage> ReadResponseInput(Fields& body, RequestImages& images, Problem& problem,
                                              const KnownResponses& known, ToolForm form) {
  ToolConversation conversation(form, Previous(body, known));
  const Json* input = body.Any("input");
  if (input != nullptr && input->is_string()) {
    conversation.Add({.role = Role::kUser, .parts = {{.text = input->get<std::string>()}}});
  } else if (input != nullptr && input->is_array() && !input->empty()) {
    ItemReader reader = {
        .images = images, .problem = problem, .known = known, .conversation = conversation};
    for (std::size_t i = 0; i < input->size() && conversation.size() <= kMaxMessages && !problem;
         ++i) {
      reader.ReadItem((*input)[i], "input[" + std::to_string(i) + "]");
    }
  } else {
    body.Reject("input", "expected a text or a list of items, found none");
  }
  if (conversation.size() > kMaxMessages) {
    body.Reject("input",
                "expected at most " + std::to_string(kMaxMessages) + " messages in a conversation");
  }
  return conversation.Move();
}

}  // namespace edgevlm
